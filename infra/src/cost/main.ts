import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { DEPLOYMENTS, deploymentNamed, type Environment } from "@weft/environments";
import { savingsOf } from "./cheaper.ts";
import { estimate } from "./estimate.ts";
import { withReport } from "./page.ts";
import { estimateInJson, printEstimate } from "./print.ts";

const USAGE = `npm run cost -- <environment> [--json]
  what a month of an environment costs on AWS, from its templates and manifests; needs no account
npm run cost -- --update
  write the tables of docs/cost.md anew
`;
const PAGE = new URL("../../../docs/cost.md", import.meta.url);

async function report(env: Environment, isJson: boolean): Promise<string> {
  const cost = await estimate(env);
  const savings = await savingsOf(env, cost);
  return isJson ? estimateInJson(cost, savings) : printEstimate(cost, savings).join("\n");
}

async function update(): Promise<string> {
  let page = await readFile(PAGE, "utf8");
  for (const env of DEPLOYMENTS) page = withReport(page, env.name, await report(env, false));
  await writeFile(PAGE, page);
  return "docs/cost.md is what the command prints";
}

async function run(argv: readonly string[]): Promise<string> {
  const flag = { type: "boolean" } as const;
  const { positionals, values } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { json: flag, help: flag, update: flag },
  });
  if (values.help === true) return USAGE.trimEnd();
  if (values.update === true) return update();
  const env = deploymentNamed(positionals[0]);
  return report(env, values.json === true);
}

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
