import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters after which a line is broken, so that none can fill the memory; always in the same places. */
const longestLine = 1024 * 1024;

/**
 * Reads a stream line by line, a piece at a time; while `take` is busy nothing more is read, and the server
 * waits. A last line without end counts when the stream ends well; when it breaks, the whole line will come again.
 * @throws what the stream throws
 */
export async function readLines(
  stream: Readable,
  take: (lines: readonly string[]) => Promise<void> | undefined,
): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop()!;
    const waiting = lines.length > 0 ? take(lines.some(isLong) ? lines.flatMap(pieces) : lines) : undefined;
    if (waiting) await waiting;
    while (rest.length > longestLine) {
      await take([rest.slice(0, longestLine)]);
      rest = rest.slice(longestLine);
    }
  }
  rest += decoder.end();
  if (rest !== '') await take(pieces(rest));
}

const isLong = (line: string) => line.length > longestLine;

function pieces(line: string): string[] {
  const result: string[] = [];
  for (let at = 0; at === 0 || at < line.length; at += longestLine) result.push(line.slice(at, at + longestLine));
  return result;
}
