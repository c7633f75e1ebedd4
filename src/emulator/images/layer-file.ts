import { closeSync, mkdirSync, openSync, readSync, rmSync, write } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { entryOf, insidePath, type LayerEntry } from '../../oci/read-layer.ts';
import type { ImageStore } from '../../oci/store/types.ts';
import { HeaderGuard, tarReader } from '../../oci/tar-reader.ts';

/** What is left to be used by layers that are open at the same time. */
export interface LayerRoom {
  /** Files and folders. */
  entries: number;
  /** Of the uncompressed tars. */
  bytes: number;
}

/** A layer whose files can be read anywhere and at once: the tar that it is, in a file that has no name. */
export interface LayerFile {
  entries: readonly LayerEntry[];
  bytes: number;
  /** Bytes of the content of one of its files; fewer at its end. */
  read(entry: LayerEntry, from: number, length: number): Uint8Array;
  close(): void;
}

let made = 0;

/**
 * Unpacks a layer of the store to the disk, so that its files take no memory.
 * @param folder for the file, which is gone from there at once: nothing is left however the process ends
 * @throws KctlError `input` for a damaged layer and where there is no room; what the disk says
 */
export async function openLayer(
  store: ImageStore,
  digest: string,
  folder: string,
  room: LayerRoom,
): Promise<LayerFile> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `.layer-${process.pid}-${made++}`);
  const fd = openSync(path, 'wx+', 0o600);
  try {
    rmSync(path);
    const { entries, offsets, bytes } = await unpack(store, digest, fd, room);
    return {
      entries,
      bytes,
      read(entry, from, length) {
        const wanted = Math.max(0, Math.min(length, entry.size - from));
        const content = Buffer.allocUnsafeSlow(wanted);
        const count = wanted > 0 ? readSync(fd, content, 0, wanted, offsets.get(entry)! + from) : 0;
        return content.subarray(0, count);
      },
      close: () => closeSync(fd),
    };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

async function unpack(store: ImageStore, digest: string, fd: number, room: LayerRoom) {
  const entries: LayerEntry[] = [];
  const offsets = new Map<LayerEntry, number>();
  const guard = new HeaderGuard(digest);
  let bytes = 0;
  const copy = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (bytes + chunk.length > room.bytes) return done(tooMuch(digest));
      write(fd, chunk, 0, chunk.length, bytes, (error) => done(error, chunk));
      bytes += chunk.length;
    },
  });
  const listing = tarReader();
  listing.on('entry', (header, content, next) => {
    // The pipeline reports what goes wrong; the entry does so a second time.
    content.on('error', () => {});
    try {
      guard.check(header);
      const name = insidePath(header.name, digest);
      const entry = entryOf(header, name, digest);
      if (name !== '' && entries.push(entry) > room.entries) throw tooMuch(digest);
      if (entry.size > 0) offsets.set(entry, (header as { byteOffset?: number }).byteOffset!);
    } catch (error) {
      listing.destroy(error as Error);
      return;
    }
    content.once('end', next);
    content.resume();
  });
  await pipeline(store.plain(digest), copy, listing);
  return { entries, offsets, bytes };
}

const tooMuch = (digest: string): KctlError =>
  new KctlError('input', `no room to show the files of layer ${digest} in containers`);
