import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type App, exportLines, type Variables } from "./environments.ts";
import type { Stack } from "./stack.ts";

const APPS: readonly App[] = ["dispatcher", "indexer", "liquidator"];

/** Writes `env.<app>.sh` for each program: what to source before starting it by hand. */
export async function writeEnvironmentFiles(
  folder: string,
  variables: Readonly<Record<App, Variables>>,
): Promise<void> {
  for (const app of APPS) {
    const text = `${exportLines(variables[app]).join("\n")}\n`;
    // The name of the key file is no secret, but this is the habit to have.
    await writeFile(join(folder, `env.${app}.sh`), text, { mode: 0o600 });
  }
}

/** How to reach what stays up, and how to start one program more. */
export function keepLines(
  stack: Pick<Stack, "gatewayUrls" | "control" | "endpoints" | "opsUrls" | "variables">,
  folder: string,
): string[] {
  const [gateway] = stack.gatewayUrls;
  const urls: (readonly [string, string])[] = [
    ["gateway", stack.gatewayUrls.join(", ")],
    ...(stack.control === null ? [] : [["control", `${gateway}/control/health`] as const]),
    ["sqs", stack.endpoints.sqsUrl],
    ["s3", stack.endpoints.s3Url],
    ["dynamodb", stack.endpoints.dynamodbUrl],
    ...[...stack.opsUrls].map(([name, url]) => [name, `${url}/metrics`] as const),
  ];
  const nextRun =
    stack.control === null
      ? []
      : [
          "# The next run is due when the ledger's time has moved on:",
          `curl -H 'content-type: application/json' -d '{"seconds":600}' ${gateway}/control/advance`,
        ];
  const own = (app: App) => {
    const lines = Object.entries(stack.variables[app]).filter(([name]) => !isShared(name, stack));
    return [
      `# ${app}: also in ${folder}/env.${app}.sh`,
      ...exportLines(Object.fromEntries(lines)),
      ...(app === "dispatcher" ? nextRun : []),
      `npx node build/${app}/main.mjs`,
      "",
    ];
  };
  const shared = Object.entries(stack.variables.indexer).filter(([name]) => isShared(name, stack));
  return [
    "",
    "Everything stays up until Ctrl-C:",
    ...urls.map(([name, url]) => `  ${name.padEnd(15)}${url}`),
    "",
    "To start a program by hand, in another terminal: these lines, and those of the program.",
    "",
    ...exportLines(Object.fromEntries(shared)),
    "",
    ...APPS.flatMap(own),
  ];
}

/** The same value for every program. */
function isShared(name: string, { variables }: Pick<Stack, "variables">): boolean {
  const [first, ...rest] = APPS.map((app) => variables[app][name]);
  return first !== undefined && rest.every((value) => value === first);
}
