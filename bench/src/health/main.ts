import { finish } from "../finish.ts";
import { parseFlags } from "../flags.ts";
import { atLeast } from "../targets.ts";
import { measureHealth } from "./measure-health.ts";
import { readBook } from "./read-book.ts";

const EXIT_USAGE = 2;
const DURATION_MS = 5_000;
const EVALUATIONS_PER_SECOND = 500_000;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const flags = parseFlags(process.argv.slice(2), {
  cdps: { fallback: 2_000, min: 10, max: 100_000 },
  seed: { fallback: 1, min: 0, max: 4_294_967_295 },
});

if (flags.kind === "fault") {
  process.stderr.write(`${flags.message}\n`);
  process.exitCode = EXIT_USAGE;
} else {
  const { cdps, seed } = flags.numbers;
  const rate = measureHealth(await readBook(cdps, seed), DURATION_MS, cpuMs);
  const { evaluationsPerSecond } = rate;
  const targets = [atLeast("evaluationsPerSecond", evaluationsPerSecond, EVALUATIONS_PER_SECOND)];
  process.exitCode = finish(
    { cdps, ...rate, targets },
    {
      reportFile: flags.reportFile,
      folder: process.env.INIT_CWD ?? process.cwd(),
      write: (text) => void process.stdout.write(text),
    },
  );
}
