/** How a round stands. */
export interface RoundStatus {
  readonly round: number;
  /** Positions to account for, and how many are. */
  readonly expected: number;
  readonly read: number;
  readonly candidates: number;
  /** Attempts that have ended. */
  readonly outcomes: number;
  /** Messages not yet answered, of both queues. */
  readonly queued: number;
}

/** Tells the person at the terminal how it goes. */
export interface Progress {
  /** Something happened, once. */
  say(line: string): void;
  round(status: RoundStatus): void;
  roundDone(status: RoundStatus, seconds: number): void;
}

export interface ProgressOptions {
  readonly write: (text: string) => void;
  /** A terminal gets one line that changes in place; anything else plain lines. */
  readonly isTerminal: boolean;
  /** Width of the terminal, characters. */
  readonly columns: number;
  /** A monotonic clock, milliseconds. */
  readonly nowMs: () => number;
}

const CLEAR_LINE = "\r\u001b[2K";
/** A plain log gets a line this often at most while a round lasts, and a repeated one more rarely; milliseconds. */
const PLAIN_EVERY_MS = 5_000;
const REPEAT_EVERY_MS = 30_000;
const BAR_WIDTH = 24;

export function createProgress(options: ProgressOptions): Progress {
  const { write, isTerminal, columns, nowMs } = options;
  let saidAtMs = nowMs();
  let said = "";
  const plain = (line: string) => {
    saidAtMs = nowMs();
    said = line;
    write(`${isTerminal ? CLEAR_LINE : ""}${line}\n`);
  };
  return {
    say: plain,
    round(status) {
      if (isTerminal) write(`${CLEAR_LINE}${statusBar(status).slice(0, Math.max(0, columns - 1))}`);
      else {
        const line = statusText(status);
        if (nowMs() - saidAtMs >= (line === said ? REPEAT_EVERY_MS : PLAIN_EVERY_MS)) plain(line);
      }
    },
    roundDone: (status, seconds) => plain(`${statusText(status)}, ${seconds.toFixed(1)} s`),
  };
}

function statusText(status: RoundStatus): string {
  const { round, expected, read, candidates, outcomes, queued } = status;
  const waiting = queued === 0 ? "" : `, ${queued} queued`;
  return `round ${round}: ${read} of ${expected} positions, ${candidates} candidates, ${outcomes} attempts ended${waiting}`;
}

function statusBar(status: RoundStatus): string {
  const { round, expected, read, candidates, outcomes } = status;
  const part = expected === 0 ? 1 : Math.min(1, read / expected);
  const full = Math.round(part * BAR_WIDTH);
  const bar = `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`;
  return `round ${round} ${bar} ${read}/${expected} scanned  ${candidates} candidates  ${outcomes} attempts ended`;
}
