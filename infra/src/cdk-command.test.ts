import { mainnet, stokenet } from "@weft/environments";
import { expect, test } from "vitest";
import { type CdkOrder, cdkArguments } from "./cdk-command.ts";
import { contextOf } from "./context.ts";

const order = { folder: "out", stacks: ["account", "data"], words: ["--yes"] };
const line = (env: typeof mainnet, more: Pick<CdkOrder, "command"> & Partial<CdkOrder>) =>
  cdkArguments(contextOf(env), { ...order, ...more }).join(" ");

test("an environment that keeps its data takes it back when it is deployed again", () => {
  expect(line(mainnet, { command: "deploy" })).toBe(
    "deploy account data --app out --import-existing-resources --yes",
  );
  expect(line(stokenet, { command: "deploy" })).toBe("deploy account data --app out --yes");
});

test("a stack that is named is the only one", () => {
  expect(line(stokenet, { command: "deploy", words: ["data", "--yes"] })).toBe(
    "deploy data --app out --yes",
  );
});

test("what the account shares is destroyed by its name only", () => {
  expect(line(mainnet, { command: "destroy" })).toBe("destroy data --app out --yes");
  expect(line(mainnet, { command: "destroy", words: ["account"] })).toBe(
    "destroy account --app out",
  );
});

test("drift is looked for in every stack", () => {
  expect(line(mainnet, { command: "drift" })).toBe("drift account data --app out --yes");
});
