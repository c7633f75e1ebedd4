import { KctlError } from '../../lib/errors.ts';
import { platformText } from '../media-types.ts';
import type { FetchedManifest, Repository } from '../registry/repository.ts';
import {
  isForeign,
  isManifestType,
  type ParsedManifest,
  parseManifest,
  type TypedDescriptor,
} from '../store/manifest.ts';
import { manifestsFor, noManifestFor, suits } from './choose-platform.ts';
import type { MovedBlob } from './events.ts';
import type { PullSource } from './pull-source.ts';

/** Indexes in indexes: nobody makes more. */
const MAX_DEPTH = 4;

/** All that an image needs, as its registry tells it. */
export interface ImageTree {
  target: TypedDescriptor;
  /** Manifests and indexes as they came, those that others refer to first. */
  documents: { digest: string; bytes: Buffer }[];
  images: ParsedManifest[];
  /** Layers, lowest first, each once. */
  layers: TypedDescriptor[];
  configs: MovedBlob[];
  foreign: TypedDescriptor[];
}

/**
 * Reads the manifests of an image, for one platform or all.
 * @param platform undefined: all that are there
 * @throws KctlError `input` for what is no image, or not for the platform; those of `Repository.manifest`
 */
export async function readImageTree(
  source: PullSource,
  top: FetchedManifest,
  reference: string,
  platform: string | undefined,
): Promise<ImageTree> {
  const documents: ImageTree['documents'] = [];
  const images: ParsedManifest[] = [];
  /** @returns undefined where nothing of it is for the platform */
  const read = async (found: FetchedManifest, depth: number, isSure: boolean): Promise<TypedDescriptor | undefined> => {
    if (depth > MAX_DEPTH) throw new KctlError('input', `the indexes of ${reference} are nested too deep`);
    const stated = isManifestType(found.mediaType) ? found.mediaType : undefined;
    const parsed = parseManifest(found.bytes, stated);
    if (parsed.kind === 'manifest') {
      if (platform !== undefined && !isSure && !(await isFor(source, parsed, platform))) return undefined;
      images.push(parsed);
    } else if (platform === undefined) {
      for (const child of parsed.manifests) {
        if (isManifestType(child.mediaType)) await read(await childOf(source, child, reference), depth + 1, true);
      }
    } else {
      let has: TypedDescriptor | undefined;
      for (const child of manifestsFor(parsed, platform)) {
        has ??= await read(await childOf(source, child, reference), depth + 1, child.platform?.os !== undefined);
      }
      if (!has && depth === 0) throw noManifestFor(parsed, platform, reference);
      if (!has) return undefined;
    }
    if (!documents.some(({ digest }) => digest === found.digest)) documents.push(found);
    return { mediaType: parsed.mediaType, digest: found.digest, size: found.bytes.length };
  };
  const target = (await read(top, 0, true))!;
  const layers = new Map<string, TypedDescriptor>();
  const configs = new Map<string, MovedBlob>();
  for (const { config, layers: own } of images) {
    configs.set(config.digest, config);
    for (const layer of own) {
      const known = layers.get(layer.digest);
      if (known && known.size !== layer.size) {
        throw new KctlError('input', `the image says two sizes of the layer ${layer.digest}`);
      }
      layers.set(layer.digest, layer);
    }
  }
  const all = [...layers.values()];
  return {
    ...{ target, documents, images },
    layers: all.filter((layer) => !isForeign(layer)),
    configs: [...configs.values()],
    foreign: all.filter(isForeign),
  };
}

/** A manifest whose index does not say what it is for says it in its config. */
async function isFor(source: PullSource, { config }: ParsedManifest, platform: string): Promise<boolean> {
  const said = await source.first((repository: Repository) => repository.config(config.digest));
  return suits(platform, platformText(said));
}

async function childOf(source: PullSource, child: TypedDescriptor, reference: string): Promise<FetchedManifest> {
  const found = await source.first((repository: Repository) => repository.manifest(child.digest));
  if (found.bytes.length !== child.size) {
    const platform = platformText(child.platform);
    throw new KctlError(
      'input',
      `the manifest of ${reference} for ${platform} has ${found.bytes.length} bytes where its index says ${child.size}`,
    );
  }
  return found;
}
