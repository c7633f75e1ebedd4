import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { sizeText } from '../../lib/size-text.ts';
import type { DescribeFetch } from './fetch.ts';
import type { DescribeText } from './text.ts';

const SHORT_DIGEST = 12;

/** The layers of a pod's images, for those images that something knows the layers of; nothing where none is known. */
export async function writeImageLayers(
  out: DescribeText,
  references: readonly string[],
  pod: KubeObject,
  fetch: DescribeFetch,
): Promise<void> {
  const { image } = fetch;
  if (!image) return;
  const distinct = [...new Set(references)].filter((reference) => reference !== '');
  const known = (await Promise.all(distinct.map((reference) => image(reference, pod)))).filter(
    (facts) => facts !== undefined,
  );
  if (known.length === 0) return;
  out.line(0, 'Image Layers:');
  for (const facts of known) writeImage(out, facts);
}

function writeImage(out: DescribeText, { reference, digest, sizeBytes, simulated, layers }: ImageFacts): void {
  out.line(1, `${reference}  ${shortDigest(digest)}  ${sizeText(sizeBytes)}${simulated ? '  (simulated)' : ''}`);
  for (const layer of layers) {
    const instruction = layer.instruction.replace(/\s+/g, ' ');
    out.line(2, `${shortDigest(layer.digest)}\t${sizeText(layer.sizeBytes)}\t${instruction}`);
  }
}

function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, SHORT_DIGEST);
}
