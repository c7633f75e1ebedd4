import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { damaged, insidePath } from '../read-layer.ts';
import type { ImageStore } from '../store/types.ts';
import { HeaderGuard, tarReader } from '../tar-reader.ts';

/** A layer with more files than this is made to fill memory. */
const MAX_FILES = 2_000_000;

/**
 * Reads a layer of the store whole: it is a tar, its paths stay inside the image, none is there twice, and it has the
 * diff id that the config says. What it holds is remembered: it was written just now, or has the content that is said.
 * @throws KctlError `input`
 */
export async function checkLayer(store: ImageStore, digest: string, diffId: string | undefined): Promise<string> {
  const name = `layer ${digest}`;
  const [algorithm = 'sha256'] = (diffId ?? 'sha256').split(':');
  const hash = createHash(algorithm);
  let plainSize = 0;
  async function* tapped() {
    for await (const chunk of store.plain(digest)) {
      hash.update(chunk as Buffer);
      plainSize += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  await checkPaths(Readable.from(tapped(), { objectMode: false }), name);
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (diffId !== undefined && diffId !== found) {
    throw new KctlError('input', `${name} does not have the content that the image says`, {
      hint: `Its diff id is ${found}, and the image says ${diffId}.`,
    });
  }
  store.remember({ digest, diffId: found, plainSize });
  return found;
}

async function checkPaths(plain: Readable, name: string): Promise<void> {
  const seen = new Set<string>();
  const tar = tarReader();
  const guard = new HeaderGuard(name);
  tar.on('entry', (header, content, next) => {
    const { name: raw, type, linkname } = header;
    try {
      guard.check(header);
      const path = insidePath(raw, name);
      if (type === 'link') insidePath(linkname ?? '', name);
      // Names that are no UTF-8 cannot be told apart.
      if (path !== '' && type !== 'directory' && seen.has(path) && !path.includes('\uFFFD')) {
        throw new KctlError('input', `${name}: path ${JSON.stringify(raw)} is there twice`);
      }
      seen.add(path);
      if (seen.size > MAX_FILES) throw new KctlError('input', `${name} holds too many files`);
    } catch (error) {
      // The pipeline reports it; both parser and entry do so a second time.
      content.on('error', () => {});
      tar.destroy(error as Error);
      return;
    }
    content.once('end', next);
    content.on('error', () => {});
    content.resume();
  });
  // The pipeline reports errors; what it ends by one reports that a second time.
  tar.on('error', () => {});
  try {
    await pipeline(plain, tar);
  } catch (cause) {
    if (cause instanceof KctlError) throw cause;
    const { message } = cause as Error;
    const isNone = /invalid tar header/i.test(message) || (seen.size === 0 && plain.readableEnded);
    if (isNone) throw new KctlError('input', `${name} is no tar: ${message}`, { cause });
    throw damaged(name, cause);
  }
}
