import { expect, test } from "vitest";
import { inSteps, JOB_STEPS, STEPS, type Step } from "./steps.ts";

test("every step has a name of its own", () => {
  expect(new Set(STEPS).size).toBe(STEPS.length);
});

test("an effect that is a step runs as that step of its CDP, with its arguments; what is none runs as it is", async () => {
  const ran: { step: Step; cdpId: string }[] = [];
  const asked: unknown[][] = [];
  const told =
    (answer: string) =>
    async (...args: unknown[]) => {
      asked.push(args);
      return answer;
    };
  const lease = inSteps(
    { acquireLease: told("held"), renewLease: told("renewed"), releaseLease: told("free") },
    JOB_STEPS.LEASE,
    {
      cdpId: "#7#",
      runStep: (at, work) => {
        ran.push(at);
        return work();
      },
    },
  );
  expect(await lease.acquireLease("#7#", 1)).toBe("held");
  expect(await lease.renewLease()).toBe("renewed");
  expect(await lease.releaseLease(2)).toBe("free");
  expect(ran).toEqual([
    { step: "acquire_lease", cdpId: "#7#" },
    { step: "release_lease", cdpId: "#7#" },
  ]);
  expect(asked).toEqual([["#7#", 1], [], [2]]);
});
