import { type Environment, mainnet, stokenet } from "@weft/environments";
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import { buildStacks } from "../app.ts";
import { contextOf } from "../context.ts";
import { acknowledgeFindings, acknowledgementsOf } from "../nag/acknowledgements.ts";
import { inFolder, templatesOf } from "./synthesized.ts";

interface Finding {
  readonly path: string;
  readonly id: string;
}

/** What is found where nothing is acknowledged; as the report has it: a path, then how to acknowledge. */
async function findingsOf(env: Environment): Promise<Finding[]> {
  const report = await inFolder(async (folder) => {
    const app = buildStacks(env, folder);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    try {
      app.synth();
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  });
  const found = report.matchAll(/^ {3}(\S+) .*\n {3}Acknowledge with '(?:AwsSolutions::)?(.+)'$/gm);
  return [...found].map(([, path = "", id = ""]) => ({ path, id }));
}

test.each([stokenet, mainnet])("$name has no finding that is not answered", async (env) => {
  await expect(templatesOf(env)).resolves.toBeDefined();
});

test.each([stokenet, mainnet])("$name answers no finding that there is not", async (env) => {
  const findings = await findingsOf(env);
  const answers = acknowledgementsOf(contextOf(env)).flatMap(({ path, findings: ids }) =>
    ids.map((id) => ({ path, id })),
  );
  expect(findings.length).toBeGreaterThanOrEqual(answers.length);
  const idle = answers.filter(
    (answer) =>
      !findings.some(
        ({ path, id }) => id === answer.id && `${path}/`.startsWith(`${answer.path}/`),
      ),
  );
  expect(idle).toEqual([]);
});

test("every answer has a reason of its own", () => {
  for (const { reason, path } of acknowledgementsOf(contextOf(mainnet))) {
    expect(reason.split(" ").length, path).toBeGreaterThanOrEqual(8);
  }
});

test("an answer to what has gone is refused", () => {
  const empty = new App();
  expect(() => acknowledgeFindings(empty, contextOf(mainnet))).toThrow(
    "findings of cluster/cluster/Role are acknowledged: it has gone",
  );
});
