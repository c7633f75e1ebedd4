import { compressionOf, MAGIC_LENGTH } from '../decompress.ts';
import type { ImageStore } from '../store/types.ts';

const PLAIN = 'application/vnd.oci.image.layer.v1.tar';

/** The media type of a layer, by how it is compressed (image-spec layer.md). */
export async function layerType(store: ImageStore, digest: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(digest, { start: 0, end: MAGIC_LENGTH - 1 })) chunks.push(chunk as Buffer);
  const kind = compressionOf(Buffer.concat(chunks));
  return kind === undefined ? PLAIN : `${PLAIN}+${kind}`;
}
