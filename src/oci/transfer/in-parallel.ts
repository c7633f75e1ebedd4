/** Works on `items`, `atOnce` at a time, in their order. The first failure stops the others and is thrown when all have ended. */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  stop: AbortController,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      stop.signal.throwIfAborted();
      try {
        await work(items[next++]!);
      } catch (error) {
        failures.push(error);
        stop.abort(error);
      }
    }
  };
  await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, worker)).then((ended) => {
    for (const one of ended) if (one.status === 'rejected') failures.push(one.reason);
  });
  if (failures.length > 0) throw failures[0];
}
