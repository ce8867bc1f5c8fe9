/**
 * Runs pieces of work at once and resolves with their results in order.
 * When one fails the others are cancelled, and only when all have ended does it reject: with the first failure.
 */
export async function inParallel<I, T>(
  items: readonly I[],
  work: (item: I, signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T[]> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let failure: { readonly reason: unknown } | undefined;
  const results = await Promise.allSettled(
    items.map(async (item) => {
      try {
        return await work(item, controller.signal);
      } catch (reason) {
        failure ??= { reason };
        controller.abort(reason);
        throw reason;
      }
    }),
  );
  signal.removeEventListener("abort", onAbort);
  if (failure !== undefined) throw failure.reason;
  return results.map((result) => (result as PromiseFulfilledResult<T>).value);
}
