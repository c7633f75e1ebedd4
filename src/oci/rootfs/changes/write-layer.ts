import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DigestTap } from '../../digest.ts';
import type { StoreLease } from '../../store/types.ts';
import { baseName, folderOf, WHITEOUT } from '../layer-list.ts';
import { TarWriter } from '../tar/write-entries.ts';
import type { CommittedLayer } from '../types.ts';
import type { ChangeSource, LayerChange } from './change.ts';

/**
 * Writes changes as a layer (image-spec layer.md): explicit whiteouts, in the order of the changes, nothing in it that
 * they do not say.
 * @param epoch s; later times become this one
 * @returns undefined where nothing was changed
 */
export async function writeLayer(
  changes: ChangeSource,
  lease: StoreLease,
  epoch: number | undefined,
): Promise<CommittedLayer | undefined> {
  const tar = new TarWriter();
  const plain = new DigestTap();
  let count = 0;
  const reading = changes
    .each(async (change, content) => {
      count++;
      await tar.add(entryOf(change, epoch), content);
    })
    .then(
      () => tar.end(),
      (error) => {
        tar.fail(error as Error);
        throw error;
      },
    );
  const gzip = createGzip();
  const flowing = pipeline(tar.bytes, plain, gzip);
  flowing.catch(() => {});
  const writer = await lease.writer();
  try {
    for await (const chunk of gzip as AsyncIterable<Buffer>) await writer.write(chunk);
    await reading;
    await flowing;
    if (count === 0) {
      await writer.abort();
      return undefined;
    }
    const stored = await writer.commit();
    const diffId = plain.digest();
    lease.remember({ digest: stored.digest, diffId, plainSize: plain.bytes });
    return { ...stored, diffId, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' };
  } catch (error) {
    await writer.abort();
    // What went wrong with reading is the cause of what went wrong with writing.
    await reading;
    throw error;
  }
}

function entryOf({ path, entry }: LayerChange, epoch = Infinity) {
  if (entry) return { ...entry, mtime: Math.min(entry.mtime, epoch) };
  const folder = folderOf(path);
  return {
    ...{ path: `${folder === '' ? '' : `${folder}/`}${WHITEOUT}${baseName(path)}`, kind: 'file' as const, size: 0 },
    ...{ mode: 0, uid: 0, gid: 0, mtime: 0, link: '', device: undefined, attributes: new Map<string, Buffer>() },
  };
}
