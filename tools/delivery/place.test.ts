import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { mainnet, namesOf, stokenet } from "../../environments/src/index.ts";
import { ACCOUNT_NAMES, infraNamesOf } from "../../infra/src/names.ts";
import { place } from "./place.ts";
import { inFolder, jobIn } from "./test/recorded-job.ts";

test.each([
  [["stokenet"], {}, "eu-west-1"],
  [[], { ENVIRONMENT: "mainnet" }, "eu-west-1"],
  [["registry"], {}, "eu-west-1"],
])("%j %j is in %s", async (words, variables, region) => {
  await inFolder(async (folder) => {
    const job = jobIn(folder, variables, words);
    await place(job);
    expect(await job.outputs()).toEqual({ region });
  });
});

test("another environment is refused by name", async () => {
  await expect(place(jobIn("/nowhere", {}, ["kind"]))).rejects.toThrow(
    "kind: name one of stokenet, mainnet",
  );
});

test("the roles that workflows take are those that infra makes", () => {
  const taken = ["main", "nightly-drift"].flatMap((name) => {
    const url = new URL(`../../.github/workflows/${name}.yml`, import.meta.url);
    return [...readFileSync(url, "utf8").matchAll(/:role\/(\S.*)$/gm)].map(([, role = ""]) => role);
  });
  const roles = [stokenet, mainnet].map((env) => {
    if (env.aws === undefined) throw new Error(`${env.name} is not on AWS`);
    const { deployRole, driftRole } = infraNamesOf(namesOf(env), env.aws);
    const written = (role: string, of: string) =>
      role.replace(env.aws?.region ?? "", "$REGION").replace(env.name, of);
    return { deploy: written(deployRole, env.name), drift: written(driftRole, "$ENVIRONMENT") };
  });
  const expressions = [
    [/\$\{\{ steps\.place\.outputs\.region \}\}/g, "$REGION"],
    [/\$\{\{ matrix\.environment \}\}/g, "$ENVIRONMENT"],
  ] as const;
  const plain = taken.map((role) =>
    expressions.reduce((text, [expression, name]) => text.replace(expression, () => name), role),
  );
  expect(plain).toEqual([
    ACCOUNT_NAMES.pushRole,
    ...roles.map(({ deploy }) => deploy),
    roles[0]?.drift,
  ]);
  expect(roles[1]?.drift).toBe(roles[0]?.drift);
});
