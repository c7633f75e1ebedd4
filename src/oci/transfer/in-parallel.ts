/**
 * Works on `items`, `atOnce` at a time, in their order. The first failure stops the others, and those of other calls
 * with the same `stop`; all of them throw it when all have ended.
 * @param work `free` lets the next one begin while this one goes on: with what takes nothing that others wait for
 */
export async function inParallel<Item>(
  items: readonly Item[],
  atOnce: number,
  stop: AbortController,
  work: (item: Item, free: () => void) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failed = (error: unknown): void => stop.abort(error);
  const begun: Promise<void>[] = [];
  const worker = async (): Promise<void> => {
    while (next < items.length && !stop.signal.aborted) {
      const item = items[next++]!;
      await new Promise<void>((free) => {
        begun.push(work(item, free).catch(failed).finally(free));
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  await Promise.all(begun);
  if (stop.signal.aborted) throw stop.signal.reason;
}
