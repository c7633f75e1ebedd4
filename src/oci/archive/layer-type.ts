import type { ImageStore } from '../store/types.ts';

const PLAIN = 'application/vnd.oci.image.layer.v1.tar';

/** The media type of a layer, by how it is compressed (image-spec layer.md). */
export async function layerType(store: ImageStore, digest: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.read(digest, { start: 0, end: 3 })) chunks.push(chunk as Buffer);
  const head = Buffer.concat(chunks);
  if (head[0] === 0x1f && head[1] === 0x8b) return `${PLAIN}+gzip`;
  return head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528 ? `${PLAIN}+zstd` : PLAIN;
}
