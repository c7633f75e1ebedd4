import type { Writable } from 'node:stream';

const keptCharacters = 64 * 1024;

export interface HeldOutput {
  /** Lets everybody write while `work` runs: the screen is somebody else's then. */
  during<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Gives the stream back and writes the last part of what came meanwhile. */
  release(): void;
}

/**
 * Keeps what others write to `stream` (warnings of a server, of credential plugins or of Node) off a
 * screen that is in use.
 */
export function holdOutput(stream: Writable, onText: (text: string) => void): HeldOutput {
  const write = stream.write;
  let kept = '';
  const hold = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    kept = (kept + text).slice(-keptCharacters);
    onText(text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(() => callback());
    return true;
  }) as typeof stream.write;
  stream.write = hold;
  return {
    async during(work) {
      stream.write = write;
      try {
        return await work();
      } finally {
        stream.write = hold;
      }
    },
    release() {
      stream.write = write;
      if (kept !== '') stream.write(kept);
    },
  };
}
