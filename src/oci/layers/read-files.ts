import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { insidePath } from '../read-layer.ts';
import { plainLayer } from '../store/plain-layer.ts';
import { tarReader } from '../tar-reader.ts';
import type { ImageSource } from './image-source.ts';

/** Paths by the number of the layer that holds them. */
export type WantedFiles = ReadonlyMap<number, ReadonlySet<string>>;

/**
 * Streams the contents of files, in the order in which the layers hold them.
 * @param handle takes the whole of each
 * @throws KctlError `input` for damaged layers; what `handle` throws
 */
export async function readFiles(
  source: ImageSource,
  wanted: WantedFiles,
  handle: (path: string, content: Readable) => Promise<void>,
): Promise<void> {
  await source.visit(
    async (numbers, stored) => {
      const { name } = source.layers[numbers[0]!]!;
      const paths = new Set(numbers.flatMap((number) => [...(wanted.get(number) ?? [])]));
      const listing = tarReader();
      let failure: unknown;
      listing.on('entry', (header, content, next) => {
        // The pipeline reports what cuts an entry short; the entry does so a second time.
        content.on('error', () => {});
        const isWanted = failure === undefined && paths.has(pathOf(header.name, name));
        if (!isWanted) {
          content.once('end', next);
          content.resume();
          return;
        }
        handle(pathOf(header.name, name), content as unknown as Readable)
          .catch((error: unknown) => {
            failure = error;
            content.resume();
          })
          .then(() => next());
      });
      await pipeline(plainLayer(stored, name), listing);
      if (failure !== undefined) throw failure;
    },
    [...wanted.keys()],
  );
}

/** A path that leads out of the image was refused when the layer was listed; here it is nobody's. */
function pathOf(raw: string, layer: string): string {
  try {
    return insidePath(raw, layer);
  } catch {
    return '';
  }
}
