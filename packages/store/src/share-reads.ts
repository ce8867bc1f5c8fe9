/**
 * Reads that begin after they are asked for, shared: all who ask while one is under way get the next, which begins when it
 * ends. So what is read is never older than the question, and at most one read is under way.
 *
 * @param read nobody's to abort, since others wait for it too
 */
export function shareReads<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let next: Promise<T> | undefined;
  const begin = () => {
    next = undefined;
    running = readToEnd();
    return running;
  };
  const readToEnd = async () => {
    try {
      return await read();
    } finally {
      running = undefined;
    }
  };
  return () => {
    if (next !== undefined) return next;
    if (running === undefined) return begin();
    next = running.then(begin, begin);
    return next;
  };
}
