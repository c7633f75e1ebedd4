/**
 * What `work` makes of each item, in the order of `items`, while at most `atOnce` are being worked on.
 * Failures come as they are in their place. Nothing new is begun once the reader leaves.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<PromiseSettledResult<Result>> {
  const running: Promise<PromiseSettledResult<Result>>[] = [];
  let next = 0;
  for (let done = 0; done < items.length; done++) {
    while (next < items.length && next - done < atOnce) running.push(settled(work(items[next++] as Item)));
    const result = await (running.shift() as Promise<PromiseSettledResult<Result>>);
    yield result;
  }
}

async function settled<Result>(work: Promise<Result>): Promise<PromiseSettledResult<Result>> {
  try {
    return { status: 'fulfilled', value: await work };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
