import type { LedgerValuation } from "@weft/ledger";
import type { Sleep } from "@weft/runtime";

/** The ledger's own word on each of some CDPs, as `valueEach` gives it. */
export type ValueCdps = (
  ids: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, LedgerValuation>>;

export interface SharePreviewsDeps {
  /** One preview for all of them, unless one spoils it. */
  readonly value: ValueCdps;
  /** CDPs that one preview takes, at least 1. */
  readonly groupSize: number;
  /** How long a group that is not full waits for company, milliseconds. */
  readonly lingerMs: number;
  readonly sleep: Sleep;
  /** Aborts when nothing of the process is needed any more: a preview belongs to all who share it. */
  readonly lifetime: AbortSignal;
}

interface Group {
  readonly ids: Set<string>;
  readonly leave: () => void;
  readonly answer: Promise<ReadonlyMap<string, LedgerValuation>>;
}

/**
 * The same, with the few CDPs of several batches asked about in one preview: on a calm day a batch has two or three that
 * need the ledger's word. A full group is asked about at once, alone; of a crash nothing waits.
 *
 * @returns what may tell of others too; what `value` throws is thrown to all who shared it
 */
export function sharePreviews(deps: SharePreviewsDeps): ValueCdps {
  let open: Group | undefined;
  const openGroup = () => {
    const group = createGroup(deps, () => {
      if (open === group) open = undefined;
    });
    open = group;
    return group;
  };
  const join = (ids: readonly string[]): Group[] => {
    const group = open ?? openGroup();
    const room = deps.groupSize - group.ids.size;
    for (const id of ids.slice(0, room)) group.ids.add(id);
    if (group.ids.size >= deps.groupSize) group.leave();
    return ids.length <= room ? [group] : [group, ...join(ids.slice(room))];
  };
  return async (ids, signal) => {
    if (ids.length >= deps.groupSize) return deps.value(ids, signal);
    const answers = await Promise.all(join(ids).map(({ answer }) => answer));
    return new Map(answers.flatMap((answer) => [...answer]));
  };
}

function createGroup({ value, lingerMs, sleep, lifetime }: SharePreviewsDeps, onLeave: () => void) {
  const ids = new Set<string>();
  const full = new AbortController();
  const ask = async () => {
    await sleep(lingerMs, AbortSignal.any([full.signal, lifetime]));
    onLeave();
    return value([...ids], lifetime);
  };
  const leave = () => {
    onLeave();
    full.abort();
  };
  return { ids, leave, answer: ask() } satisfies Group;
}
