import type { ImageFacts } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkDigest } from '../digest.ts';
import { instructionsOf } from '../instructions.ts';
import type { FactsCache } from '../look-up/facts-cache.ts';
import { type NodePlatform, nodePlatformText } from '../look-up/node-platform.ts';
import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
  platformText,
} from '../media-types.ts';
import { canonicalReference, type ImageReference, parseReference } from '../reference.ts';
import { suits } from '../transfer/choose-platform.ts';
import { credentialsFor, type KeyringEntry, type RegistryCredentials } from './credentials.ts';
import type { RegistryHttp } from './http.ts';
import { type FetchedManifest, Repository, type RepositoryAccess } from './repository.ts';

/** An image as its registry has it. */
export interface RegistryImage extends ImageFacts {
  /** Names by which nodes may know it: of the index, where there is one, and of the manifest. */
  digests: string[];
  /** Of the config: the image's id, by which nodes know what no registry gave them. */
  id: string;
}

export interface ImageAsked {
  http: RegistryHttp;
  /** Of the nodes that are to run it. */
  platform: NodePlatform;
  /** Credentials for this registry are tried one after the other, as a kubelet does; without any, nobody is asked for. */
  keyring?: readonly KeyringEntry[];
  /** Who is asked in place of the registry. */
  place?: Pick<RepositoryAccess, 'mirror' | 'repository' | 'credentials'>;
  /** What was learnt before; what is learnt now is kept there. */
  cache?: FactsCache;
  signal?: AbortSignal;
}

/** The same with what it was read from, for who goes on to read its layers. */
export interface OpenedImage {
  facts: RegistryImage;
  config: ImageConfig;
  repository: Repository;
}

/** What is known of a digest for a platform; undefined where that was never asked. */
function knownImage(
  { cache, platform }: Pick<ImageAsked, 'cache' | 'platform'>,
  digest: string,
  reference: string,
): RegistryImage | undefined {
  const found = cache?.get(cacheKey(digest, platform)) as RegistryImage | undefined;
  return found && { ...found, reference };
}

const cacheKey = (digest: string, platform: NodePlatform): string => `${digest} ${nodePlatformText(platform)}`;

/**
 * Reads what a registry says of an image: manifest and config, no layers. Of a digest that is known nothing is asked, of a
 * tag that is known, whether it still stands for the same.
 * @throws KctlError `input` where it is not there, not for the platform or not what its digest says; `auth`; `connection`
 */
export async function readRegistryImage(reference: string, asked: ImageAsked): Promise<RegistryImage> {
  const parsed = parseReference(reference);
  const full = canonicalReference(parsed);
  const known = parsed.digest && knownImage(asked, parsed.digest, full);
  if (known) return known;
  return withCredentials(parsed, asked, async (source) => {
    const { cache, platform } = asked;
    const tag = `tag ${full} ${nodePlatformText(platform)}`;
    // Some registries count how often manifests are read, and not how often one asks for their digests.
    const before = parsed.digest ? undefined : (cache?.get(tag) as { digest?: string } | undefined)?.digest;
    if (before !== undefined && (await source.digestOf(parsed.tag ?? 'latest')) === before) {
      const same = knownImage(asked, before, full);
      if (same) return same;
    }
    const top = await source.manifest(parsed.digest ?? parsed.tag ?? 'latest');
    const facts = knownImage(asked, top.digest, full) ?? (await imageFrom(source, top, full, platform)).facts;
    for (const digest of facts.digests) cache?.put(cacheKey(digest, platform), facts);
    if (!parsed.digest) cache?.put(tag, { digest: top.digest });
    return facts;
  });
}

/** Same failures as `readRegistryImage`. */
export async function openRegistryImage(reference: string, asked: ImageAsked): Promise<OpenedImage> {
  const parsed = parseReference(reference);
  return withCredentials(parsed, asked, async (source) => {
    const top = await source.manifest(parsed.digest ?? parsed.tag ?? 'latest');
    return imageFrom(source, top, canonicalReference(parsed), asked.platform);
  });
}

async function withCredentials<Result>(
  parsed: ImageReference,
  { http, keyring = [], place, signal }: ImageAsked,
  read: (source: Repository) => Promise<Result>,
): Promise<Result> {
  const { registry, repository } = parsed;
  if (place) return read(new Repository({ http, registry, signal, ...place }));
  const found = credentialsFor(parsed, keyring);
  const candidates: (RegistryCredentials | undefined)[] = found.length > 0 ? found : [undefined];
  let refusal: unknown;
  for (const credentials of candidates) {
    try {
      return await read(new Repository({ http, registry, repository, credentials, signal }));
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
  platform: NodePlatform,
): Promise<OpenedImage> {
  const { digest, content } = await forPlatform(source, top, reference, platform);
  const { config, layers } = content as Partial<ImageManifest>;
  if (!config?.digest || !Array.isArray(layers)) {
    throw new KctlError(
      'input',
      `${reference} is no image of today's format (its manifest names no config and layers)`,
    );
  }
  for (const layer of layers) checkDescriptor(layer, reference);
  const settings = (await source.config(config.digest)) as ImageConfig;
  const told = instructionsOf(settings, layers.length);
  const facts: RegistryImage = {
    ...{ reference, digest, simulated: false },
    digests: [...new Set([top.digest, digest])],
    id: config.digest,
    sizeBytes: layers.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map((layer, at) => ({ digest: layer.digest, sizeBytes: layer.size, instruction: told[at] ?? '' })),
  };
  return { facts, config: settings, repository: source };
}

/** @throws KctlError `input` */
function checkDescriptor(value: Partial<Descriptor> | null, reference: string): void {
  if (typeof value?.size !== 'number' || !Number.isSafeInteger(value.size) || value.size < 0) {
    throw new KctlError('input', `${reference} has a manifest with a layer of no size`);
  }
  checkDigest(value.digest);
}

async function forPlatform(
  source: Repository,
  top: FetchedManifest,
  reference: string,
  platform: NodePlatform,
): Promise<FetchedManifest> {
  const { content, mediaType } = top;
  const described: Descriptor = { digest: top.digest, size: 0, ...(mediaType !== '' && { mediaType }) };
  if (!isIndex(described, content) && !('manifests' in content)) return top;
  const { manifests } = content as ImageIndex;
  // Attestations are for no platform that anything runs on.
  const real = (Array.isArray(manifests) ? manifests : []).filter((one) => one?.platform?.os !== 'unknown');
  const found = manifestFor(real, platform) ?? (platform.isAssumed ? real[0] : undefined);
  if (found) return source.manifest(checkDigest(found.digest));
  const has = [...new Set(real.map((one) => platformText(one.platform)))].join(', ');
  const wanted = platformText(platform);
  throw new KctlError('input', `${reference} is not there for ${wanted}, only for ${has || 'nothing'}`);
}

/** The one that says just that, else one that will do; of Windows the one for the build of the node. */
function manifestFor(real: readonly Descriptor[], platform: NodePlatform): Descriptor | undefined {
  const wanted = platformText(platform);
  const named = real.map((one) => ({ one, name: platformText(one.platform) }));
  const build = buildOf(platform.osVersion);
  const ofBuild = ({ one }: { one: Descriptor }) => buildOf(one.platform?.['os.version']) === build;
  const fitting = named.filter(({ name }) => name === wanted || suits(wanted, name));
  return (
    (build === '' ? undefined : fitting.find(ofBuild)) ??
    fitting.find(({ name }) => name === wanted) ??
    fitting[0] ??
    // Older arm runs on newer.
    named.find(({ name }) => name.startsWith(`${wanted}/`))
  )?.one;
}

/** `10.0.20348.2113` → `10.0.20348`: containers of Windows run on nodes of the same build. */
const buildOf = (version: string | undefined): string => (version ?? '').split('.').slice(0, 3).join('.');
