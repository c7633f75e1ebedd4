import type { ImageFacts, ImageRunFacts } from '../../api/image-facts.ts';
import { KctlError } from '../../lib/errors.ts';
import { instructionsOf } from '../instructions.ts';
import { platformText } from '../media-types.ts';
import { type ParsedManifest, parseManifest, type TypedDescriptor } from './manifest.ts';
import { hostPlatform, type StoredConfig } from './read-image.ts';
import type { ImageStore } from './types.ts';

/** Indexes in indexes: nobody makes more. */
const MAX_DEPTH = 4;

/**
 * What a node learns of an image of the store before it pulls: manifest and config, read at once.
 * @param platform of the node; where the image has none for it, this machine's, else the first that is there
 * @throws KctlError `input` where a blob is missing or damaged, or where it is no image
 */
export function storedFacts(
  store: ImageStore,
  target: TypedDescriptor,
  reference: string,
  platform: string,
): ImageFacts {
  const { layers, config } = chosen(store, target, [platform, hostPlatform()]);
  const document = configOf(store, config.digest);
  const told = instructionsOf(document as Parameters<typeof instructionsOf>[0], layers.length);
  return {
    ...{ reference, digest: target.digest, simulated: false },
    sizeBytes: layers.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map(({ digest, size }, at) => ({ digest, sizeBytes: size, instruction: told[at] ?? '' })),
    run: runFacts(document, config.digest),
  };
}

function chosen(store: ImageStore, target: TypedDescriptor, platforms: readonly string[]): ParsedManifest {
  const there = manifestsOf(store, target, 0);
  const found = platforms
    .map((wanted) => there.find(({ platform }) => platform === wanted || platform?.startsWith(`${wanted}/`)))
    .find(Boolean);
  const manifest = (found ?? there[0])?.manifest;
  if (manifest) return manifest;
  throw new KctlError('input', `none of the platforms of ${target.digest} is in the image store`);
}

/** The manifests that are there, with the platforms that an index gives them; attestations are left out. */
function manifestsOf(
  store: ImageStore,
  { digest, mediaType, platform }: TypedDescriptor,
  depth: number,
): { manifest: ParsedManifest; platform: string | undefined }[] {
  if (depth > MAX_DEPTH) throw new KctlError('input', 'its indexes are nested too deep');
  const parsed = parseManifest(store.documentNow(digest), mediaType);
  if (parsed.kind === 'manifest') return [{ manifest: parsed, platform: platform && platformText(platform) }];
  return parsed.manifests
    .filter((child) => child.platform?.os !== 'unknown')
    .flatMap((child) => {
      try {
        return manifestsOf(store, child, depth + 1);
      } catch (error) {
        // Of an index, only some platforms may be there.
        if (error instanceof KctlError) return [];
        throw error;
      }
    });
}

function configOf(store: ImageStore, digest: string): StoredConfig {
  try {
    const document: unknown = JSON.parse(store.documentNow(digest).toString());
    return typeof document === 'object' && document !== null ? (document as StoredConfig) : {};
  } catch (cause) {
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `the config ${digest} is not valid JSON`, { cause });
  }
}

function runFacts(config: StoredConfig, id: string): ImageRunFacts {
  const { User = '', Env, Entrypoint, Cmd, WorkingDir, ExposedPorts } = config.config ?? {};
  return {
    ...{ id, platform: platformText(config), user: User },
    env: texts(Env),
    entrypoint: texts(Entrypoint),
    command: texts(Cmd),
    workingDir: WorkingDir || '/',
    ports: Object.keys(ExposedPorts ?? {}),
  };
}

/** Configs are anybody's JSON. */
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
