import { join } from "node:path";
import { attempt } from "../delivery/program.ts";
import { runSteps } from "./run-steps.ts";
import { STEPS } from "./steps.ts";

const cwd = join(import.meta.dirname, "../..");

const passed = await runSteps(STEPS, {
  run: async (command) => {
    const [program = "", ...words] = command.split(" ");
    const { code, stdout, stderr } = await attempt(program, words, { cwd });
    return { passed: code === 0, said: `${stdout}\n${stderr}` };
  },
  print: (line) => process.stdout.write(`${line}\n`),
  nowMs: () => performance.now(),
});
if (!passed) process.exitCode = 1;
