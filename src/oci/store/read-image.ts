import { KctlError } from '../../lib/errors.ts';
import { platformText } from '../media-types.ts';
import { soundConfig } from '../sound-config.ts';
import { isManifestType, OCI_CONFIG, type ParsedManifest, parseManifest, type TypedDescriptor } from './manifest.ts';
import type { ImageStore } from './types.ts';

/** image-spec config.md, with what docker adds to it. */
export interface StoredConfig {
  created?: string;
  author?: string;
  architecture?: string;
  variant?: string;
  os?: string;
  'os.version'?: string;
  comment?: string;
  docker_version?: string;
  config?: RunConfig;
  rootfs?: { type?: string; diff_ids?: string[] };
  history?: HistoryStep[];
}

/** How containers of the image run. */
export interface RunConfig {
  User?: string;
  ExposedPorts?: Record<string, object>;
  Env?: string[] | null;
  Entrypoint?: string[] | null;
  Cmd?: string[] | null;
  Volumes?: Record<string, object> | null;
  WorkingDir?: string;
  Labels?: Record<string, string> | null;
  StopSignal?: string;
  Healthcheck?: object;
  Shell?: string[] | null;
  OnBuild?: string[] | null;
  ArgsEscaped?: boolean;
}

interface HistoryStep {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

/** One platform's image. */
export interface StoredImage {
  /** Of the manifest. */
  target: TypedDescriptor;
  /** `linux/arm64/v8`, as the config says. */
  platform: string;
  manifest: ParsedManifest;
  /** The image's id. */
  configDigest: string;
  config: StoredConfig;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** What images for this machine are called. Containers are of Linux wherever kctl runs. */
export function hostPlatform(): string {
  return `linux/${architectures[process.arch] ?? process.arch}`;
}

/**
 * The image of one platform behind a name's target.
 * @param platform `os/arch[/variant]`; this machine's where absent, else the first that is there
 * @throws KctlError `input` where it is not there
 */
export async function readImage(store: ImageStore, target: TypedDescriptor, platform?: string): Promise<StoredImage> {
  const there = await readPlatforms(store, target);
  const asked = platform ?? hostPlatform();
  const found = there.find((image) => image.platform === asked || image.platform.startsWith(`${asked}/`));
  if (found) return found;
  if (platform === undefined && there[0]) return there[0];
  const others = there.map((image) => image.platform).join(', ');
  throw new KctlError(
    'input',
    `the image has no platform ${asked}`,
    others ? { hint: `It has: ${others}` } : { hint: 'None of its platforms is in the image store.' },
  );
}

/** The images of all platforms that are in the store; attestations and other artifacts are left out. */
export async function readPlatforms(store: ImageStore, target: TypedDescriptor, depth = 0): Promise<StoredImage[]> {
  if (depth > 4) throw new KctlError('input', 'its indexes are nested too deep');
  const parsed = parseManifest(await store.document(target.digest), target.mediaType);
  if (parsed.kind === 'manifest') {
    const config = await readConfig(store, parsed);
    return [{ target, manifest: parsed, configDigest: parsed.config.digest, config, platform: platformText(config) }];
  }
  const found: StoredImage[] = [];
  for (const child of parsed.manifests) {
    if (!isManifestType(child.mediaType) || child.platform?.os === 'unknown') continue;
    // Of an index, only some platforms may have been wanted.
    if (await store.blob(child.digest)) found.push(...(await readPlatforms(store, child, depth + 1)));
  }
  return found;
}

const imageConfigs = new Set([OCI_CONFIG, 'application/vnd.docker.container.image.v1+json']);

async function readConfig(store: ImageStore, { config }: ParsedManifest): Promise<StoredConfig> {
  try {
    return soundConfig<StoredConfig>(JSON.parse((await store.document(config.digest)).toString('utf8')));
  } catch (cause) {
    // Configs of artifacts that are no images need not be JSON.
    if (!imageConfigs.has(config.mediaType)) return {};
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `the config ${config.digest} is not valid JSON`, { cause });
  }
}
