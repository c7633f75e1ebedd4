import type { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { openArchive } from '../archive-files.ts';
import { findImage, type ImageChoice } from '../find-image.ts';
import { type ImageConfig, platformText } from '../media-types.ts';
import type { TypedDescriptor } from '../store/manifest.ts';
import { readImage } from '../store/read-image.ts';
import type { ImageStore, LayerFacts } from '../store/types.ts';
import { checkHasFiles } from './check-has-files.ts';

/** An image whose layers can be read, wherever it is kept. */
export interface ImageSource {
  /** How the user knows it; '' in archives that give it no name. */
  reference: string;
  /** Of the manifest; '' in archives without one. */
  digest: string;
  platform: string;
  config: ImageConfig;
  /** Lowest first. */
  layers: readonly SourceLayer[];
  /**
   * Hands out the stored bytes of layers, one after the other, in the order in which they are kept; equal layers come
   * once. `handle` has read all that it wants when it is done.
   * @param wanted numbers of layers; all where absent
   * @throws KctlError `input` where one is missing
   */
  visit(
    handle: (numbers: readonly number[], stored: Readable) => Promise<void>,
    wanted?: readonly number[],
  ): Promise<void>;
  /** Takes what a layer turned out to hold, where that is of use to others. */
  remember?(facts: LayerFacts): void;
}

interface SourceLayer {
  /** How messages call it. */
  name: string;
  /** The digest that its manifest says; undefined where there is none. */
  digest: string | undefined;
  /** Whether its bytes were compared with the digest when they came to where they are. */
  wasChecked?: true;
}

/** @throws KctlError `input` where the path holds no such image */
export async function archiveSource(path: string, choice: ImageChoice = {}): Promise<ImageSource> {
  const files = await openArchive(path);
  const { reference, digest, config, layers } = await findImage(files, path, choice);
  const numbers = Map.groupBy(layers.keys(), (number) => layers[number]!.file);
  return {
    ...{ reference, digest, config, platform: platformText(config) },
    layers: layers.map((layer) => ({ name: `${path}: layer ${layer.file}`, digest: layer.digest })),
    async visit(handle, wanted = [...layers.keys()]) {
      const asked = new Set(wanted.map((number) => layers[number]!.file));
      await files.visit(asked, async (names, stored) => {
        for (const name of names) asked.delete(name);
        await handle(
          names.flatMap((name) => numbers.get(name)!),
          stored,
        );
      });
      for (const file of asked) throw missing(path, file);
    },
  };
}

function missing(path: string, file: string): KctlError {
  return new KctlError('input', `${path} lacks ${file}, which its manifest names`);
}

/** @throws KctlError `input`: `No such image: …`, or where the platform is not there */
export async function storeSource(store: ImageStore, text: string, platform?: string): Promise<SizedSource> {
  const found = await store.images.find(text);
  return targetSource(store, found.target, found.name ?? found.names[0] ?? '', platform);
}

export const storedLayer = (digest: string): SourceLayer => ({ name: `layer ${digest}`, digest, wasChecked: true });

/** The sizes of layers as their manifest says, lowest first. */
export interface SizedSource extends ImageSource {
  sizes: readonly number[];
}

/**
 * A manifest or an index whose blobs are in the store, whoever refers to it.
 * @throws KctlError `input` where the platform is not there
 */
export async function targetSource(
  store: ImageStore,
  target: TypedDescriptor,
  reference: string,
  platform?: string,
): Promise<SizedSource> {
  const image = await readImage(store, target, platform);
  const { layers } = image.manifest;
  await checkHasFiles(store, reference, image.manifest);
  return {
    reference,
    digest: image.target.digest,
    platform: image.platform,
    config: image.config as ImageConfig,
    sizes: layers.map(({ size }) => size),
    layers: layers.map(({ digest }) => storedLayer(digest)),
    remember: (facts) => store.remember(facts),
    async visit(handle, wanted = [...layers.keys()]) {
      for (const [digest, numbers] of Map.groupBy(wanted, (number) => layers[number]!.digest)) {
        await handle(numbers, store.read(digest));
      }
    },
  };
}
