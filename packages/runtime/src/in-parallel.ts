type Task<T> = (signal: AbortSignal) => Promise<T>;

/**
 * Runs tasks at once and resolves with their results in order.
 * When one fails the others are cancelled, and only when all have ended does it reject, with the first failure:
 * nothing of a batch goes on after the batch was given up.
 */
export async function inParallel<const T extends readonly unknown[]>(
  tasks: { readonly [K in keyof T]: Task<T[K]> },
  signal: AbortSignal,
): Promise<T> {
  const rest = new AbortController();
  const shared = AbortSignal.any([signal, rest.signal]);
  const results = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        return await task(shared);
      } catch (error) {
        rest.abort(error);
        throw error;
      }
    }),
  );
  // The first abort wins, so the reason is the first failure.
  rest.signal.throwIfAborted();
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never;
}
