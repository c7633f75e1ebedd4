/** Calls `stop` when the server stops, until the returned function is called. */
export function whileServing(stopping: AbortSignal, stop: () => void): () => void {
  if (stopping.aborted) {
    stop();
    return () => {};
  }
  stopping.addEventListener('abort', stop, { once: true });
  return () => stopping.removeEventListener('abort', stop);
}
