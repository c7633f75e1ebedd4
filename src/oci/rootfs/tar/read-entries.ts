import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Header } from 'tar-stream';
import { KctlError } from '../../../lib/errors.ts';
import { type EntryKind, insidePath } from '../../read-layer.ts';
import { HeaderGuard, ownerAndTime, tarReader } from '../../tar-reader.ts';
import { attributesAsText, attributesOf } from './pax-attributes.ts';

/** One path of a tar, checked: it is inside the root, and of a kind that file systems have. */
export interface TarEntry {
  /** Without leading `./` or trailing `/`; '' is the root itself. */
  path: string;
  kind: EntryKind;
  size: number;
  /** Permissions with set-user-id and so on. */
  mode: number;
  uid: number;
  gid: number;
  /** s */
  mtime: number;
  link: string;
  /** Of a device. */
  device: { isBlock: boolean; major: number; minor: number } | undefined;
  attributes: ReadonlyMap<string, Buffer>;
}

type Visit = (entry: TarEntry, content: Readable) => Promise<void>;

/**
 * Reads a tar in order.
 * @param visit the next entry comes when it has ended; what it does not read of the content is skipped
 * @throws KctlError `input` for what is damaged, leads out of the root, or is of an unknown kind
 */
export async function readEntries(tar: Readable, name: string, visit: Visit): Promise<void> {
  const reader = tarReader();
  const guard = new HeaderGuard(name);
  const reading = pipeline(Readable.from(attributesAsText(tar), { objectMode: false }), reader);
  // The loop reports what goes wrong; this keeps the same error from counting as unhandled.
  reading.catch(() => {});
  try {
    for await (const content of reader) {
      guard.check(content.header);
      await visit(entryOf(content.header, name), content as unknown as Readable);
      content.resume();
    }
    await reading;
  } catch (cause) {
    tar.destroy();
    if (cause instanceof KctlError || (cause as Error).name === 'AbortError') throw cause;
    throw new KctlError('input', `${name} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

const kinds: Readonly<Record<string, EntryKind>> = {
  file: 'file',
  'contiguous-file': 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
  'character-device': 'device',
  'block-device': 'device',
  fifo: 'fifo',
};

function entryOf(header: Header, name: string): TarEntry {
  const kind = kinds[header.type ?? ''];
  const { uid, gid, mtime } = ownerAndTime(header);
  const pax = (header.pax ?? {}) as Record<string, string>;
  // Sparse files of GNU tar have a second name and content that is none.
  if (!kind || Object.keys(pax).some((key) => key.startsWith('GNU.sparse'))) {
    throw new KctlError('input', `${name}: ${JSON.stringify(header.name)} is of a kind that layers do not have`);
  }
  if (/[\0\uFFFD]/.test(header.name + (header.linkname ?? ''))) {
    throw new KctlError('input', `${name}: the name ${JSON.stringify(header.name)} is no UTF-8 text`);
  }
  return {
    path: insidePath(header.name, name),
    kind,
    size: kind === 'file' ? (header.size ?? 0) : 0,
    mode: (header.mode ?? 0) & 0o7777,
    uid,
    gid,
    mtime: mtime / 1000,
    link: kind === 'hardlink' ? insidePath(header.linkname ?? '', name) : (header.linkname ?? ''),
    device:
      kind === 'device'
        ? { isBlock: header.type === 'block-device', major: header.devmajor ?? 0, minor: header.devminor ?? 0 }
        : undefined,
    attributes: attributesOf(pax),
  };
}
