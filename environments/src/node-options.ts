/**
 * What Node itself is told in the two workers, MiB: what a batch or a candidate leaves behind is collected young, before it
 * is kept and makes the heap grow. An eighth less memory and CPU in a sweep: docs/benchmarks.md.
 */
export const WORKER_NODE_OPTIONS = "--max-semi-space-size=32";
