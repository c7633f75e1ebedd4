/** Ends a stream and waits until everything has gone out, or cannot any more. */
export function ended(stream: NodeJS.WritableStream | undefined): Promise<void> {
  const one = stream as (NodeJS.WritableStream & { destroyed?: boolean; writableFinished?: boolean }) | undefined;
  if (!one || one.destroyed || one.writableFinished) return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['finish', 'close', 'error']) one.once(event, () => resolve());
    one.end();
  });
}
