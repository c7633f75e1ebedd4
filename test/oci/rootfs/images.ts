import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { TarEntry } from '../../../src/oci/rootfs/tar/read-entries.ts';
import { TarWriter } from '../../../src/oci/rootfs/tar/write-entries.ts';
import type { LayerRef } from '../../../src/oci/rootfs/types.ts';
import type { StoreLease } from '../../../src/oci/store/types.ts';

/** Text is a file, null a folder, `->x` a link, `=>x` a hard link; or what else an entry has. */
export type Files = Record<string, string | null | (Partial<TarEntry> & { content?: string | Buffer })>;

const MTIME = 1_600_000_000;

export async function tarOf(files: Files): Promise<Buffer> {
  const tar = new TarWriter();
  const all = buffer(tar.bytes);
  for (const [path, spec] of Object.entries(files)) {
    const { content, ...entry } = typeof spec === 'object' && spec !== null ? spec : fromText(spec);
    const bytes = Buffer.from(content ?? '');
    const kind = entry.kind ?? 'file';
    await tar.add(
      {
        ...{ path, kind, size: bytes.length, mode: kind === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: MTIME },
        ...{ link: '', device: undefined, attributes: new Map(), ...entry },
      },
      bytes,
    );
  }
  tar.end();
  return all;
}

function fromText(text: string | null): Partial<TarEntry> & { content?: string } {
  if (text === null) return { kind: 'directory' };
  if (text.startsWith('->')) return { kind: 'symlink', link: text.slice(2), mode: 0o777 };
  if (text.startsWith('=>')) return { kind: 'hardlink', link: text.slice(2) };
  return { content: text };
}

export async function putLayer(lease: StoreLease, files: Files | Buffer, compress = true): Promise<LayerRef> {
  const plain = Buffer.isBuffer(files) ? files : await tarOf(files);
  const { digest } = await lease.put(compress ? gzipSync(plain, { level: 1 }) : plain);
  return { digest, diffId: `sha256:${createHash('sha256').update(plain).digest('hex')}` };
}

const busyboxPath = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));

/** A program that needs no library; undefined where the machine has none. */
export const busybox: Buffer | undefined =
  busyboxPath === undefined ? undefined : staticOnly(readFileSync(busyboxPath));

/** A program with an interpreter (ELF, PT_INTERP) needs the host's libraries. */
function staticOnly(program: Buffer): Buffer | undefined {
  return program.subarray(0, 4096).includes('/ld-') ? undefined : program;
}

const applets = [
  'cat',
  'chmod',
  'chown',
  'echo',
  'env',
  'grep',
  'head',
  'id',
  'ln',
  'ls',
  'mkdir',
  'mknod',
  'mv',
  'ps',
];
const more = [
  'pwd',
  'rm',
  'sh',
  'sleep',
  'stat',
  'touch',
  'tty',
  'umask',
  'wc',
  'mount',
  'chroot',
  'readlink',
  'hostname',
];

/** A small distribution. */
export function baseFiles(): Files {
  return {
    bin: null,
    'bin/busybox': { content: busybox!, mode: 0o755 },
    ...Object.fromEntries([...applets, ...more].map((name) => [`bin/${name}`, '=>bin/busybox'])),
    etc: null,
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:100:app:/home/app:/bin/sh\n',
    'etc/group': 'root:x:0:\nwheel:x:10:app\nusers:x:100:\n',
    tmp: { kind: 'directory', mode: 0o1777 },
  };
}
