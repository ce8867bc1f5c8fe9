import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseFlags, USAGE } from "./flags.ts";
import { openSunkMarket } from "./sunk-market.ts";

const EXIT_FAULT = 1;
const EXIT_USAGE = 2;
const OPERATOR = fileURLToPath(new URL("../../../apps/operator/src/main.ts", import.meta.url));

async function main(): Promise<number> {
  const flags = parseFlags(process.argv.slice(2), (process.env.NETWORK ?? "") !== "");
  if (flags.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  if (flags.kind === "fault") {
    process.stderr.write(`${flags.message}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
  const market = flags.simulated === null ? null : await openSunkMarket(flags.simulated);
  try {
    const env = market === null ? process.env : { PATH: process.env.PATH, ...market.variables };
    const operator = spawn(process.execPath, [OPERATOR, ...flags.operatorArgs], {
      stdio: "inherit",
      env,
    });
    const [code] = (await once(operator, "exit")) as [number | null];
    return code ?? EXIT_FAULT;
  } finally {
    await market?.close();
  }
}

process.exitCode = await main();
