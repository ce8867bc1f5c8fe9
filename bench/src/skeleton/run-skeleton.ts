import { createSignerFromPrivateKey } from "@weft/ledger";
import { createSemaphore, sleep } from "@weft/runtime";
import { callAws } from "./aws-call.ts";
import type { SkeletonOrder, SkeletonResult, SkeletonTask } from "./order.ts";
import { finishTask, previewTask, signTask, submitTask } from "./work-task.ts";

interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
}

const MAX_RECEIVE = 10;
const WARM_UP_ROUNDS = 10;
const NEVER = new AbortController().signal;

/** A few previews and signatures, so that what is measured is not the start of a process. */
export async function warmUp(order: SkeletonOrder): Promise<void> {
  const signer = createSignerFromPrivateKey(order.privateKeyHex);
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
    await previewTask(order.example, order);
    await signTask(order.example, order, signer, 1);
  }
}

/** Works on what the queue has: receives as long as it may hold more, and lets go of the executor while a commit is waited for. */
export async function runSkeleton(order: SkeletonOrder): Promise<Omit<SkeletonResult, "cpuMs">> {
  const signer = createSignerFromPrivateKey(order.privateKeyHex);
  const executors = createSemaphore(order.executors);
  const finality = createSemaphore(order.finalityInFlight);
  const held = new Set<Promise<void>>();
  let submitted = 0;
  let lastSubmittedAtMs = 0;
  let lastReceivedAtMs = Date.now();

  const work = async ({ Body, ReceiptHandle }: Received) => {
    const task = JSON.parse(Body) as SkeletonTask;
    const intentHash = await executors.run(async () => {
      const hash = await submitTask(task, order, signer);
      submitted += 1;
      lastSubmittedAtMs = Date.now();
      return hash;
    }, NEVER);
    await sleep(order.commitMs, NEVER);
    await finality.run(() => finishTask(task, intentHash, order), NEVER);
    await callAws(order.sqsUrl, "AmazonSQS.DeleteMessage", {
      QueueUrl: order.queueUrl,
      ReceiptHandle,
    });
  };

  while (held.size > 0 || Date.now() - lastReceivedAtMs < order.idleMs) {
    const free = Math.min(MAX_RECEIVE, order.messagesHeld - held.size);
    if (free === 0) {
      await Promise.race(held);
      continue;
    }
    const { Messages = [] } = await callAws<{ readonly Messages?: readonly Received[] }>(
      order.sqsUrl,
      "AmazonSQS.ReceiveMessage",
      { QueueUrl: order.queueUrl, MaxNumberOfMessages: free, WaitTimeSeconds: 1 },
    );
    if (Messages.length > 0) lastReceivedAtMs = Date.now();
    for (const message of Messages) {
      const working = work(message);
      held.add(working);
      void working.finally(() => held.delete(working));
    }
  }
  return { submitted, lastSubmittedAtMs };
}
