import { mainnet, stokenet } from "@weft/environments";
import { expect, test } from "vitest";
import { cdkArguments } from "./cdk-command.ts";
import { contextOf } from "./context.ts";

const order = { folder: "out", stacks: ["account", "data"], options: ["--yes"] };

test("an environment that keeps its data takes it back when it is deployed again", () => {
  expect(cdkArguments(contextOf(mainnet), { ...order, command: "deploy" })).toEqual([
    "deploy",
    "account",
    "data",
    "--app",
    "out",
    "--import-existing-resources",
    "--yes",
  ]);
  expect(cdkArguments(contextOf(stokenet), { ...order, command: "deploy" })).toEqual([
    "deploy",
    "account",
    "data",
    "--app",
    "out",
    "--yes",
  ]);
});

test("what the account shares is not destroyed with an environment", () => {
  expect(cdkArguments(contextOf(mainnet), { ...order, command: "destroy" })).toEqual([
    "destroy",
    "data",
    "--app",
    "out",
    "--yes",
  ]);
});
