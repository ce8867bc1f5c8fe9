import { expect, it } from "vitest";
import { type ConfigPort, readConfig } from "./read-config.ts";

function setUp(env: Record<string, string>) {
  const written: string[] = [];
  const process: ConfigPort = { env, stderr: { write: (text: string) => written.push(text) } };
  return { process, written };
}

it("gives what was parsed, and leaves the process alone", () => {
  const { process, written } = setUp({ QUEUE: "q" });
  expect(readConfig(process, (env) => ({ queue: env.QUEUE }))).toEqual({ queue: "q" });
  expect([process.exitCode, written]).toEqual([undefined, []]);
});

it("tells every fault on standard error and sets the exit code to 1", () => {
  const { process, written } = setUp({});
  const parsed = readConfig(process, () => {
    throw new Error("bad environment:\n  QUEUE: is not set");
  });
  expect(parsed).toBeUndefined();
  expect([process.exitCode, written]).toEqual([1, ["bad environment:\n  QUEUE: is not set\n"]]);
});
