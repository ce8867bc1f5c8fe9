import { type Job, jobsOf, type Step, type WorkflowFile } from "./workflow-file.ts";

/** What is wrong with one workflow, a line each. */
export type Rule = (file: WorkflowFile) => string[];

const PINNED = /^\s*(?:- )?uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

/** An action is the commit that was looked at, and says which version that is: a tag can be moved. */
const pinnedActions: Rule = ({ text }) =>
  text
    .split("\n")
    .filter((line) => /^\s*(?:- )?["']?uses["']?\s*:/.test(line) && !PINNED.test(line))
    .map(
      (line) => `${line.trim()}: pin the action by its full commit, with its version in a comment`,
    );

const GRANTS = new Set(["read", "write", "none"]);

/** Nothing by default, and by job what it needs. */
const leastPermissions: Rule = (file) => {
  const { permissions } = file.workflow;
  const none =
    typeof permissions === "object" &&
    permissions !== null &&
    Object.keys(permissions).length === 0;
  const named = ({ permissions: own }: Job) =>
    typeof own === "object" && own !== null && Object.values(own).every((one) => GRANTS.has(one));
  return [
    ...(none ? [] : ["grant nothing to all jobs: `permissions: {}` at the top"]),
    ...jobsOf(file)
      .filter(([, job]) => !named(job))
      .map(([name]) => `job ${name}: name each permission it needs`),
  ];
};

/** A job that hangs costs an hour, not six, and does not keep others from deploying. */
const timeouts: Rule = (file) =>
  jobsOf(file)
    .filter(([, job]) => !Number.isInteger(job["timeout-minutes"]))
    .map(([name]) => `job ${name}: set timeout-minutes`);

/** One deployment at a time per environment, never broken off; elsewhere one run at a time. */
const concurrency: Rule = (file) => {
  const deployments = jobsOf(file).filter(([, { environment }]) => environment !== undefined);
  const wrong = deployments.filter(
    ([, job]) =>
      job.concurrency?.group !== `deploy-${job.environment}` ||
      job.concurrency["cancel-in-progress"] !== false,
  );
  const none = deployments.length === 0 && file.workflow.concurrency === undefined;
  return [
    ...(none ? ["say how many runs there may be at once: `concurrency` at the top"] : []),
    ...wrong.map(
      ([name, { environment }]) =>
        `job ${name}: concurrency must be group deploy-${environment}, cancel-in-progress false`,
    ),
  ];
};

const NPM = /^npm (?:ci(?: --ignore-scripts)?|test|run [\w-]+(?: -- [\w -]+)?)$/;

/** What a workflow does can be done, and is tested, without it; and no text of others gets into a shell. */
const npmScripts: Rule = (file) =>
  eachStep(file, ({ run }) =>
    run === undefined || NPM.test(run.trim())
      ? []
      : [`run: ${run.trim()}: must be an npm script; values go through env`],
  );

/** The token of a checkout stays on disk only where something is pushed. */
const credentials: Rule = (file) =>
  eachStep(file, ({ uses = "", with: inputs }, { permissions }) => {
    if (!uses.startsWith("actions/checkout@")) return [];
    const expected = permissions?.contents === "write";
    return inputs?.["persist-credentials"] === expected
      ? []
      : [`checkout: set persist-credentials: ${expected}`];
  });

/** Where something can be pushed or a role be taken, packages run no scripts of their own when installed. */
const installScripts: Rule = (file) =>
  eachStep(file, ({ run }, { permissions = {} }) => {
    const trusted = Object.values(permissions).includes("write");
    return trusted && run?.trim() === "npm ci"
      ? ["npm ci: add --ignore-scripts where the job may write or take a role"]
      : [];
  });

function eachStep(file: WorkflowFile, look: (step: Step, job: Job) => string[]): string[] {
  return jobsOf(file).flatMap(([name, job]) =>
    (job.steps ?? []).flatMap((step) => look(step, job).map((fault) => `job ${name}: ${fault}`)),
  );
}

/** Our own, by name; GitHub's are the linter's business. */
export const RULES: Readonly<Record<string, Rule>> = {
  pinnedActions,
  leastPermissions,
  timeouts,
  concurrency,
  npmScripts,
  credentials,
  installScripts,
};
