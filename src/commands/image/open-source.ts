import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IoStreams } from '../../lib/io.ts';
import { archiveSource, type ImageSource, storeSource } from '../../oci/layers/image-source.ts';
import { imageStorePath, openImageStore } from '../../oci/store/open-store.ts';
import type { ImageStore } from '../../oci/store/types.ts';

export interface SourceChoice {
  /** A name or id of the image store, or the path of an archive or layout. */
  text: string;
  /** '' for this machine's. */
  platform: string;
  /** Which one, where an archive holds several; '' for the only one. */
  image?: string;
}

/** What is written like a path is one: no name of an image begins or ends like that. */
const likePath = /^(\.{0,2}\/|~\/)|\/$|\.(tar|tgz|tar\.gz)$/;

/**
 * Opens what `NAME|FILE` says: a path where it looks like one or where the store has no such image and there is such a
 * file, else an image of the store.
 * @param use gets the source; the store is closed after it
 * @throws KctlError `input`
 */
export async function withImage<Result>(
  { text, platform, image = '' }: SourceChoice,
  { env, cwd }: IoStreams,
  use: (source: ImageSource, store: ImageStore) => Promise<Result>,
): Promise<Result> {
  const store = openImageStore(imageStorePath(env));
  try {
    const path = resolve(cwd, text);
    const fromFile = () => archiveSource(path, { ...(platform ? { platform } : {}), ...(image ? { image } : {}) });
    if (likePath.test(text)) return await use(await fromFile(), store);
    let source: ImageSource;
    try {
      source = await storeSource(store, text, platform || undefined);
    } catch (error) {
      if (!(await stat(path).catch(() => undefined))) throw error;
      source = await fromFile();
    }
    return await use(source, store);
  } finally {
    store.close();
  }
}
