import type { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { type LayerContents, readLayer } from '../read-layer.ts';
import type { ImageSource } from './image-source.ts';

/**
 * Reads a layer that a source hands out, and that it is what the image says: by its digest and by its diff id.
 *
 * One of the image store had its digest when it was stored. Then the diff id alone is looked at, and the stored bytes
 * are not hashed a second time: it is the digest of all that is shown of the layer, so damage since then, of the file
 * or of what uncompresses it, is noticed; bytes that changed and uncompress to the same tar change nothing that is
 * shown. Where the config has no diff id of sha256, and for archives, which anybody wrote, both are.
 * @param numbers those that it stands for
 * @throws KctlError `input` where it is damaged or another one
 */
export async function readSourceLayer(
  { layers, config, remember }: ImageSource,
  numbers: readonly number[],
  stored: Readable,
): Promise<LayerContents> {
  const { name, digest, wasChecked } = layers[numbers[0]!]!;
  const diffIds = numbers.map((number) => config.rootfs?.diff_ids?.[number]);
  const isTold = diffIds.every((diffId) => diffId?.startsWith('sha256:'));
  const contents = await readLayer(stored, name, wasChecked && isTold ? digest : undefined);
  // Other algorithms are rare; what is of sha256 beside them is compared.
  const isOther = (said: string | undefined, found: string) => said?.startsWith('sha256:') && said !== found;
  const isOtherLayer = numbers.some((number) => isOther(layers[number]!.digest, contents.digest));
  if (isOtherLayer) throw new KctlError('input', `${name} does not have the digest that the image says`);
  const wrong = diffIds.find((diffId) => isOther(diffId, contents.diffId));
  if (wrong !== undefined) {
    throw new KctlError('input', `${name} does not have the content that the image says`, {
      hint: `Its diff id is ${contents.diffId}, and the image says ${wrong}.`,
    });
  }
  if (digest !== undefined && (isTold || digest === contents.digest)) {
    remember?.({ digest, diffId: contents.diffId, plainSize: contents.plainBytes });
  }
  return contents;
}
