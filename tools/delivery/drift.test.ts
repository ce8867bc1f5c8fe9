import { expect, test } from "vitest";
import { isDeployed, isUntouched, unlikeGit } from "./drift.ts";

test.each([
  ["\n✨  Number of stacks with differences: 0\n", true],
  ["\n✨  Number of stacks with differences: 2\n", false],
  ["\n✨  Number of stacks with differences: 10\n", false],
  ["Need to perform AWS calls, but no credentials", false],
  ["", false],
])("%j: deployed as it is written? %j", (said, expected) => {
  expect(isDeployed(said)).toBe(expected);
});

test.each([
  ["No drift detected\n\n✨  Number of resources with drift: 0", true],
  ["✨  Number of resources with drift: 0 (3 unchecked)", true],
  ["✨  Number of resources with drift: 1", false],
  ["✨  Number of resources with drift: 0\n\n⚠️  Failed to check drift for 2 stack(s).", false],
  ["", false],
])("%j: as it was deployed? %j", (said, expected) => {
  expect(isUntouched(said)).toBe(expected);
});

const application = (name: string, sync: string, health: string) => ({
  labels: { name, sync_status: sync, health_status: health },
  value: 1,
});

test("applications that are out of sync or unhealthy are named", () => {
  const said = unlikeGit([
    application("weft-mainnet", "Synced", "Healthy"),
    application("keda", "Synced", "Degraded"),
    application("karpenter", "OutOfSync", "Healthy"),
  ]);
  expect(said).toBe("karpenter: OutOfSync, Healthy\nkeda: Synced, Degraded");
});

test("all that are as they should be are not worth a word, none at all are", () => {
  expect(unlikeGit([application("weft-mainnet", "Synced", "Healthy")])).toBe("");
  expect(unlikeGit([])).toBe("Argo CD has said nothing: no argocd_app_info");
});
