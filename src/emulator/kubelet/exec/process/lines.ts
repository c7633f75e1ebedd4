import { StringDecoder } from 'node:string_decoder';
import { SystemError } from '../fs/errors.ts';
import type { Handle } from './handle.ts';
import { MOST_BYTES } from './process.ts';

/** One line without its end; `isWhole` is false for a last one that has none. */
export interface Line {
  text: string;
  isWhole: boolean;
}

/** The lines of an open file, as they come. */
export async function* linesOf(handle: Handle, signal: AbortSignal): AsyncGenerator<Line> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (let chunk = await handle.read(signal); chunk; chunk = await handle.read(signal)) {
    const parts = (rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))).split('\n');
    rest = parts.pop()!;
    if (rest.length > MOST_BYTES) throw new SystemError('ENOMEM');
    for (const text of parts) yield { text, isWhole: true };
  }
  rest += decoder.end();
  if (rest) yield { text: rest, isWhole: false };
}

/** Takes exactly one line from `handle` and leaves the rest to the next reader; undefined at the end. */
export async function takeLine(handle: Handle, signal: AbortSignal): Promise<Line | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let chunk = await handle.read(signal); chunk; chunk = await handle.read(signal)) {
    const end = chunk.indexOf(10);
    size += chunk.length;
    if (size > MOST_BYTES) throw new SystemError('ENOMEM');
    if (end < 0) {
      chunks.push(chunk);
      continue;
    }
    handle.unread(chunk.subarray(end + 1));
    return { text: Buffer.concat([...chunks, chunk.subarray(0, end)]).toString(), isWhole: true };
  }
  return chunks.length > 0 ? { text: Buffer.concat(chunks).toString(), isWhole: false } : undefined;
}
