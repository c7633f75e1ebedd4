import type { LayerUnion, UnionEntry } from '../../layer-union.ts';
import type { ImageSource } from '../../layers/image-source.ts';
import { readFiles, type WantedFiles } from '../../layers/read-files.ts';
import type { ImageConfig } from '../../media-types.ts';
import type { ImageStore } from '../../store/types.ts';
import type { FileTree } from './file-tree.ts';

/** Layers of the store, as what reads images has them. */
export function layerSource(store: ImageStore, digests: readonly string[], config: ImageConfig = {}): ImageSource {
  return {
    ...{ reference: '', digest: '', platform: '', config },
    layers: digests.map((digest) => ({ name: `layer ${digest}`, digest })),
    async visit(handle, wanted = [...digests.keys()]) {
      for (const [digest, numbers] of Map.groupBy(wanted, (number) => digests[number]!)) {
        await handle(numbers, store.read(digest));
      }
    },
  };
}

/** What a stage or an image has. */
export function layerTree(store: ImageStore, digests: readonly string[], files: LayerUnion): FileTree {
  const source = layerSource(store, digests);
  return {
    files,
    hash: async ({ entry }) => entry.hash,
    async read(wanted, handle) {
      const byLayer = Map.groupBy(wanted, ({ layer }) => layer);
      // One layer after the other: each is read once, however much of it is wanted.
      for (const [layer, some] of [...byLayer].sort(([a], [b]) => a - b)) {
        const byPath = new Map<string, UnionEntry>(some.map((one) => [one.entry.path, one]));
        const request: WantedFiles = new Map([[layer, new Set(byPath.keys())]]);
        await readFiles(source, request, async (path, content) => {
          const file = byPath.get(path)!;
          await handle(file, content, file.entry.size);
        });
      }
    },
  };
}
