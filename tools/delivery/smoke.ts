import { setTimeout as sleep } from "node:timers/promises";
import { deploymentNamed, namesOf } from "../../environments/src/index.ts";
import { type Command, required } from "./job.ts";
import { connectPrometheus } from "./prometheus.ts";
import { readSigns, unseen } from "./smoke-signs.ts";
import { waitUntilNone } from "./wait.ts";

const POLL_MS = 20_000;
/** Argo CD looks every 3 minutes, images are pulled, nodes come; then two runs, 5 minutes apart. */
const PATIENCE_MS = 40 * 60_000;

/** Waits until what was released at RELEASED_AT is seen to work. */
export const smoke: Command = async (job) => {
  const env = deploymentNamed(job.words[0]);
  const releasedAt = Number(required(job, "RELEASED_AT", "when it was released, in seconds"));
  const query = connectPrometheus(job);
  const namespace = namesOf(env).namespaces.workloads;
  await waitUntilNone(
    async () => {
      const signs = await readSigns(query, env.name, namespace);
      return unseen(signs, releasedAt, env.dispatcher.everyMinutes * 60);
    },
    {
      patienceMs: PATIENCE_MS,
      pollMs: POLL_MS,
      print: job.print,
      nowMs: Date.now,
      sleep: (ms) => sleep(ms),
    },
  );
  job.print(`${env.name} works`);
};
