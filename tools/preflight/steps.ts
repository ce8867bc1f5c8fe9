export interface Step {
  /** As a workflow has it. */
  readonly command: string;
  /** What to do when it fails. */
  readonly remedy: string;
}

/** What the workflows do and needs no cloud, cheapest first. */
export const STEPS: readonly Step[] = [
  {
    command: "npm run check",
    remedy: "npm run fix mends what Biome can; npm run synth renders dist/ anew",
  },
  {
    command: "npm run infra -- synth stokenet",
    remedy: "a finding of cdk-nag is mended, or answered in infra/src/nag/acknowledgements.ts",
  },
  {
    command: "npm run infra -- synth mainnet",
    remedy: "a finding of cdk-nag is mended, or answered in infra/src/nag/acknowledgements.ts",
  },
  {
    command: "npm run delivery -- compare",
    remedy: "the base is synthesized with this tree's packages: npm ci, or git fetch origin main",
  },
  { command: "npm test", remedy: "npm test -- <folder> runs the tests of one folder" },
  {
    command: "npm run test-system",
    remedy: "npm run test-system -- <file> runs one file; logs of what it started are named there",
  },
];

const IN_THE_WORKFLOW = "talks to GitHub with the token of the job";
const ON_AWS = "needs a role in the account";
const ON_MAIN = "pushes to the remote repository";
const METRICS = "asks a running environment's metrics";
const TO_OTHER_STEPS = "only says a region to the steps that follow";
const KIND = "needs Docker and a kind cluster";

/** What preflight leaves to the workflows, and why. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  "npm ci": "this checkout is installed",
  "npm ci --ignore-scripts": "this checkout is installed",
  "npm run delivery -- comment": IN_THE_WORKFLOW,
  "npm run delivery -- report-drift": IN_THE_WORKFLOW,
  "npm run delivery -- image": "pushes to the account's registry, and is signed as the workflow",
  "npm run delivery -- foreign-images": "needs Docker, and asks registries",
  "npm run infra -- deploy stokenet --require-approval never": ON_AWS,
  "npm run infra -- deploy mainnet --require-approval never": ON_AWS,
  "npm run delivery -- drift": ON_AWS,
  "npm run delivery -- place": TO_OTHER_STEPS,
  "npm run delivery -- place registry": TO_OTHER_STEPS,
  "npm run delivery -- place stokenet": TO_OTHER_STEPS,
  "npm run delivery -- place mainnet": TO_OTHER_STEPS,
  "npm run delivery -- turn stokenet": "asks the remote repository what is deployed",
  "npm run delivery -- turn mainnet": "asks the remote repository what is deployed",
  "npm run delivery -- release": ON_MAIN,
  "npm run delivery -- revert": ON_MAIN,
  "npm run delivery -- promote mainnet": ON_MAIN,
  "npm run delivery -- demote mainnet": ON_MAIN,
  "npm run delivery -- smoke stokenet": METRICS,
  "npm run delivery -- smoke mainnet": METRICS,
  "npm run kind-e2e -- images": KIND,
  "npm run kind-e2e -- deploy": KIND,
  "npm run kind-e2e -- assert": KIND,
  "npm run kind-e2e -- describe": KIND,
};
