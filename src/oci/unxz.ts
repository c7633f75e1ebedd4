import xz from 'xz-decompress';
import { UnknownWay } from './unknown-way.ts';

/** xz_embedded's return codes (enum xz_ret), as far as files can bring them about. */
const faults: Readonly<Record<string, string>> = {
  '5': 'it is no xz file',
  '7': 'its checksum is wrong',
  '8': 'it is cut short, or something stands behind its end',
};
const MEMORY = 'it needs more memory than files of xz -9 do';
const OPTION = 'it has a filter or a kind of checksum that is not known here (those of xz --x86 and --check=sha256)';
const unknownWays: Readonly<Record<string, string>> = { '3': MEMORY, '4': MEMORY, '6': OPTION };

/** Reads .xz. @throws Error where it is damaged or cut short, UnknownWay */
export async function* unxz(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    const input = ReadableStream.from<Uint8Array>(source);
    for await (const chunk of new xz.XzReadableStream(input)) {
      if (chunk.length > 0) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  } catch (cause) {
    const code = /error code (\d+)/.exec((cause as Error).message)?.[1] ?? '';
    if (unknownWays[code]) throw new UnknownWay(unknownWays[code], { cause });
    throw faults[code] ? new Error(faults[code], { cause }) : cause;
  }
}
