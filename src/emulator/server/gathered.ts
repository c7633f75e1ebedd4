import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bytes that are gathered before they are sent. */
const CHUNK_BYTES = 64 * 1024;
/** Long work lets others have their turn this often. */
const BREATHE_EVERY_MS = 10;

/** Says, from time to time, that others should have their turn: `if (breath.isDue()) await breath.take()`. */
export function breath(): { isDue(): boolean; take(): Promise<void> } {
  let last = performance.now();
  return {
    isDue: () => performance.now() - last >= BREATHE_EVERY_MS,
    async take() {
      await nextTurn();
      last = performance.now();
    },
  };
}

/** Joins small pieces as they are made, with other work let in between. */
export async function* gathered(pieces: Iterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  const breathing = breath();
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    const isLong = piece.length >= CHUNK_BYTES;
    if (!isLong) size += parts[parts.push(piece) - 1]!.length;
    if (!isLong && size < CHUNK_BYTES) continue;
    if (parts.length > 0) yield Buffer.concat(parts);
    parts = [];
    size = 0;
    // A copy of a long one would be kept for each reader who is slow.
    if (isLong) yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    if (breathing.isDue()) await breathing.take();
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}
