import type { Writable } from 'node:stream';

const keptCharacters = 64 * 1024;

/**
 * Keeps what others write to `stream` (warnings of a server, of credential plugins or of Node) off a
 * screen that is in use.
 * @returns gives the stream back and writes the last part of what came meanwhile
 */
export function holdOutput(stream: Writable, onText: (text: string) => void): () => void {
  const write = stream.write;
  let kept = '';
  stream.write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    kept = (kept + text).slice(-keptCharacters);
    onText(text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') queueMicrotask(() => callback());
    return true;
  }) as typeof stream.write;
  return () => {
    stream.write = write;
    if (kept !== '') stream.write(kept);
  };
}
