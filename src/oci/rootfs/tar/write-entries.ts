import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { type Header, type Pack, pack } from 'tar-stream';
import { attributesAsBytes, attributesFor } from './pax-attributes.ts';
import type { TarEntry } from './read-entries.ts';

/** The largest ids and times that the fields of the classic header hold. */
const MAX_ID = 0o777777;
const MAX_TIME = 0x7fffffff;

/** Writes a tar that depends on nothing but what is in it. */
export class TarWriter {
  readonly #pack: Pack = pack();
  #small = 0;
  /** The tar, to be read while it is written. */
  readonly bytes: Readable = Readable.from(attributesAsBytes(this.#pack as unknown as AsyncIterable<Uint8Array>), {
    objectMode: false,
  });

  /** @param content of a file: exactly `size` bytes */
  async add(entry: TarEntry, content?: AsyncIterable<Uint8Array> | Buffer): Promise<void> {
    const header = headerOf(entry);
    if (entry.kind === 'file' && entry.size > 0) {
      const chunks = Buffer.isBuffer(content) ? [content] : (content ?? []);
      await pipeline(chunks, this.#pack.entry(header));
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#pack.entry(header, (error) => (error ? reject(error) : resolve())).end(Buffer.alloc(0));
    });
    // These wait for no reader by themselves.
    if (++this.#small % 64 === 0) await setImmediate();
  }

  end(): void {
    this.#pack.finalize();
  }

  fail(error: Error): void {
    this.#pack.destroy(error);
  }
}

const types: Readonly<Record<TarEntry['kind'], NonNullable<Header['type']>>> = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  hardlink: 'link',
  device: 'character-device',
  fifo: 'fifo',
};

function headerOf(entry: TarEntry): Partial<Header> & { name: string } {
  const { uid, gid, mtime, device } = entry;
  const pax: Record<string, string> = {
    ...(uid > MAX_ID ? { uid: String(uid) } : {}),
    ...(gid > MAX_ID ? { gid: String(gid) } : {}),
    ...(mtime > MAX_TIME || mtime < 0 ? { mtime: String(mtime) } : {}),
    ...attributesFor(entry.attributes),
  };
  const isFolder = entry.kind === 'directory';
  return {
    name: isFolder ? `${entry.path || '.'}/` : entry.path,
    type: device?.isBlock ? 'block-device' : types[entry.kind],
    // tar-stream takes 0 for nothing; what is above the permissions it leaves out.
    mode: entry.mode | 0o100000,
    uid: uid > MAX_ID ? 0 : uid,
    gid: gid > MAX_ID ? 0 : gid,
    size: entry.kind === 'file' ? entry.size : 0,
    mtime: new Date((mtime > MAX_TIME || mtime < 0 ? 0 : mtime) * 1000),
    ...(entry.kind === 'symlink' || entry.kind === 'hardlink' ? { linkname: entry.link } : {}),
    ...(device ? { devmajor: device.major, devminor: device.minor } : {}),
    ...(Object.keys(pax).length > 0 ? { pax } : {}),
  };
}
