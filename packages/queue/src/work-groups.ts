import type { HeldMessage } from "./received-message.ts";

export interface WorkGroupsDeps {
  /** Resolves to whether the message is settled; otherwise the rest of its group is handed back. */
  readonly work: (held: HeldMessage) => Promise<boolean>;
  readonly giveBack: (held: HeldMessage) => Promise<void>;
  /** No message is begun any more. */
  readonly stop: AbortSignal;
}

/** Works messages side by side, but those of one group one after the other. */
export interface WorkGroups {
  /** Begins the messages of one receive; the promises settle as each of them has ended, and never reject. */
  start(received: readonly HeldMessage[]): Promise<void>[];
}

/**
 * Keeps the order of groups. Within one receive, a message that will come back takes the later ones of its group back
 * with it, unworked: worked first, they would overtake it. Across receives, a group waits for its predecessor in this
 * process even when the queue has given the group away meanwhile, so that it is never worked twice at once here.
 */
export function createWorkGroups({ work, giveBack, stop }: WorkGroupsDeps): WorkGroups {
  const lanes = new Map<string, Promise<void>>();

  async function workInOrder(batch: readonly HeldMessage[]): Promise<void> {
    let blocked = false;
    for (const held of batch) {
      if (blocked || stop.aborted || held.hold.lost.aborted) {
        blocked = true;
        await giveBack(held);
      } else {
        blocked = !(await work(held));
      }
    }
  }

  async function workLane(groupId: string, batch: readonly HeldMessage[]): Promise<void> {
    const lane = (lanes.get(groupId) ?? Promise.resolve()).then(() => workInOrder(batch));
    lanes.set(groupId, lane);
    await lane;
    if (lanes.get(groupId) === lane) lanes.delete(groupId);
  }

  return {
    start(received) {
      const alone = received.filter(({ message }) => message.groupId === null);
      const grouped = Map.groupBy(
        received.filter(({ message }) => message.groupId !== null),
        ({ message }) => message.groupId ?? "",
      );
      return [
        ...alone.map((held) => workInOrder([held])),
        ...[...grouped].map(([groupId, batch]) => workLane(groupId, batch)),
      ];
    },
  };
}
