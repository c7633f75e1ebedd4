import type { ImageFacts } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { instructionsOf } from '../instructions.ts';
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  platformText,
} from '../media-types.ts';
import { canonicalReference, parseReference } from '../reference.ts';
import { credentialsFor, type KeyringEntry } from './credentials.ts';
import type { RegistryHttp } from './http.ts';
import { type FetchedManifest, Repository } from './repository.ts';

interface Platform {
  os: string;
  architecture: string;
}

/** An image as its registry has it. */
export interface RegistryImage extends ImageFacts {
  /** Names by which nodes may know it: of the index, where there is one, and of the manifest. */
  digests: string[];
}

export interface ImageAsked {
  http: RegistryHttp;
  /** Of the nodes that are to run it. */
  platform: Platform;
  /** Credentials for this registry are tried one after the other, as a kubelet does; without any, nobody is asked for. */
  keyring?: readonly KeyringEntry[];
  signal?: AbortSignal;
}

/** The same with what it was read from, for who goes on to read its layers. */
export interface OpenedImage {
  facts: RegistryImage;
  config: ImageConfig;
  repository: Repository;
}

/**
 * Reads what a registry says of an image: manifest and config, no layers.
 * @throws KctlError `input` where it is not there, not for the platform or not what its digest says; `auth`; `connection`
 */
export async function readRegistryImage(reference: string, asked: ImageAsked): Promise<RegistryImage> {
  return (await openRegistryImage(reference, asked)).facts;
}

/** Same failures as `readRegistryImage`. */
export async function openRegistryImage(reference: string, asked: ImageAsked): Promise<OpenedImage> {
  const parsed = parseReference(reference);
  const { registry, repository } = parsed;
  const { http, keyring = [], signal } = asked;
  const found = credentialsFor(parsed, keyring);
  const candidates = found.length > 0 ? found : [undefined];
  let refusal: unknown;
  for (const credentials of candidates) {
    try {
      const source = new Repository({ http, registry, repository, credentials, signal });
      const top = await source.manifest(parsed.digest ?? parsed.tag ?? 'latest');
      return await imageFrom(source, top, canonicalReference(parsed), asked.platform);
    } catch (error) {
      if (!(error instanceof KctlError) || error.code !== 'auth') throw error;
      refusal = error;
    }
  }
  throw refusal;
}

async function imageFrom(
  source: Repository,
  top: FetchedManifest,
  reference: string,
  platform: Platform,
): Promise<OpenedImage> {
  const { digest, content } = await forPlatform(source, top, reference, platform);
  const { config, layers } = content as Partial<ImageManifest>;
  if (!config?.digest || !Array.isArray(layers)) {
    throw new KctlError(
      'input',
      `${reference} is no image of today's format (its manifest names no config and layers)`,
    );
  }
  const settings = (await source.config(config.digest)) as ImageConfig;
  const told = instructionsOf(settings, layers.length);
  const facts: RegistryImage = {
    ...{ reference, digest, simulated: false },
    digests: [...new Set([top.digest, digest])],
    sizeBytes: layers.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map((layer, at) => ({ digest: layer.digest, sizeBytes: layer.size, instruction: told[at] ?? '' })),
  };
  return { facts, config: settings, repository: source };
}

async function forPlatform(
  source: Repository,
  top: FetchedManifest,
  reference: string,
  platform: Platform,
): Promise<FetchedManifest> {
  const { content, mediaType } = top;
  const described: Descriptor = { digest: top.digest, size: 0, ...(mediaType !== '' && { mediaType }) };
  if (!isIndex(described, content) && !('manifests' in content)) return top;
  const { manifests } = content as ImageIndex;
  // Attestations are for no platform that anything runs on.
  const real = manifests.filter((one) => one.platform?.os !== 'unknown');
  const wanted = platformText(platform);
  const found = real.find((one) => {
    const name = platformText(one.platform);
    return name === wanted || name.startsWith(`${wanted}/`);
  });
  if (found) return source.manifest(found.digest);
  const has = [...new Set(real.map((one) => platformText(one.platform)))].join(', ');
  throw new KctlError('input', `${reference} is not there for ${wanted}, only for ${has || 'nothing'}`);
}
