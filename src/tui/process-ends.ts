interface ProcessEnds {
  /** Ends the dashboard in good order. */
  end: () => void;
  fail: (error: unknown) => void;
  /** The last resort, when the process ends without coming back. */
  rescue: () => void;
  signal: AbortSignal;
}

/**
 * Brings every way in which the process may be ended to the dashboard: a lost terminal, an abort, errors that
 * nobody caught, `process.exit`. @returns what takes the listeners away
 */
export function watchProcessEnds({ end, fail, rescue, signal }: ProcessEnds): () => void {
  process.once('exit', rescue);
  process.once('SIGHUP', end);
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  return () => {
    process.off('exit', rescue);
    process.off('SIGHUP', end);
    process.off('uncaughtException', fail);
    process.off('unhandledRejection', fail);
    signal.removeEventListener('abort', end);
  };
}
