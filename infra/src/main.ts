import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { deploymentNamed, type Environment } from "@weft/environments";
import { buildApp } from "./app.ts";
import { type CloudCommand, cdkArguments } from "./cdk-command.ts";
import { contextOf } from "./context.ts";
import { diffTemplates } from "./template-diff.ts";
import { keptOnDestroy, readTemplates, removeTemplates } from "./templates.ts";

const USAGE = `npm run infra -- <command> <environment> [options]
  synth <environment> [--out <folder>]         write the templates, checked; needs no account
  diff <environment> --against <folder>        what differs from templates saved there; needs no account
  diff <environment> [options of cdk diff]     what differs from what is deployed
  drift <environment> [options of cdk drift]   what was changed past the templates
  deploy <environment> [stacks] [options of cdk deploy]
  destroy <environment> [stacks] [options of cdk destroy]
`;

const CLOUD_COMMANDS: readonly CloudCommand[] = ["diff", "drift", "deploy", "destroy"];
const ROOT = join(import.meta.dirname, "../..");

const print = (lines: readonly string[]) => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

async function synthesize(env: Environment, folder: string): Promise<void> {
  await removeTemplates(folder);
  buildApp(env, folder).synth();
  print([`templates of ${env.name} in ${folder.replace(`${ROOT}/`, "")}, no finding unanswered`]);
}

async function diffAgainst(folder: string, saved: string): Promise<void> {
  const changes = diffTemplates(await readTemplates(saved), await readTemplates(folder));
  print(changes.length === 0 ? ["no difference"] : changes);
}

async function askCloud(env: Environment, folder: string, command: CloudCommand, words: string[]) {
  const templates = await readTemplates(folder);
  if (command === "destroy") print(["kept:", ...keptOnDestroy(templates).map((one) => `  ${one}`)]);
  const cdk = fileURLToPath(import.meta.resolve("aws-cdk/bin/cdk"));
  const order = { command, folder, stacks: [...templates.keys()].sort(), words };
  const argv = [cdk, ...cdkArguments(contextOf(env), order)];
  const [code] = await once(spawn(process.execPath, argv, { stdio: "inherit" }), "exit");
  process.exitCode = typeof code === "number" ? code : 1;
}

const isCloudCommand = (command: string | undefined): command is CloudCommand =>
  CLOUD_COMMANDS.some((known) => known === command);

async function run(command: string | undefined, argv: string[]): Promise<void> {
  const [name, ...options] = argv;
  const env = deploymentNamed(name);
  const own = { out: { type: "string" }, against: { type: "string" } } as const;
  const { values } = parseArgs({ args: options, options: own, strict: false });
  const folder =
    typeof values.out === "string" ? values.out : join(ROOT, "infra/cdk.out", env.name);
  await synthesize(env, folder);
  if (command === "synth") return;
  if (command === "diff" && typeof values.against === "string") {
    await diffAgainst(folder, values.against);
  } else if (isCloudCommand(command)) {
    await askCloud(env, folder, command, options);
  }
}

try {
  const [command, ...rest] = process.argv.slice(2);
  if (command !== "synth" && !isCloudCommand(command)) {
    process.stdout.write(USAGE);
    process.exitCode = command === "--help" ? 0 : 1;
  } else {
    await run(command, rest);
  }
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
