import type { LayerUnion, UnionEntry } from '../layer-union.ts';
import type { ImageConfig } from '../media-types.ts';
import type { RunConfig } from '../store/read-image.ts';
import { atOnce } from './in-slices.ts';

/** One setting of the config, or one variable, label, port or volume of it. */
export interface ConfigChange {
  /** `Env PATH`, `Cmd`, `architecture`. */
  field: string;
  /** undefined where the image does not have it. */
  before: string | undefined;
  after: string | undefined;
}

export interface FileChange {
  path: string;
  before: UnionEntry['entry'] | undefined;
  after: UnionEntry['entry'] | undefined;
}

/** A layer as far as it is compared. */
export interface ComparedLayer {
  digest: string;
  /** As stored. */
  sizeBytes: number;
  instruction: string;
}

/** One of two images. */
export interface ComparedImage<Layer extends ComparedLayer = ComparedLayer> {
  /** Lowest first. */
  layers: readonly Layer[];
  /** What is seen in the end; empty where nobody knows. */
  files: LayerUnion;
  config: ImageConfig;
}

export interface ImageComparison<Layer extends ComparedLayer = ComparedLayer> {
  config: ConfigChange[];
  layers: {
    shared: Layer[];
    before: Layer[];
    after: Layer[];
    /** What a node pulls that has all layers of the first. */
    pulledBytes: number;
  };
  /** Sorted by path. */
  files: FileChange[];
}

/** What the second image has otherwise than the first. */
export function compareImages<Layer extends ComparedLayer>(
  before: ComparedImage<Layer>,
  after: ComparedImage<Layer>,
): ImageComparison<Layer> {
  return atOnce(comparisonSteps(before, after));
}

/** The same in steps, for `inSlices`. */
export function* comparisonSteps<Layer extends ComparedLayer>(
  before: ComparedImage<Layer>,
  after: ComparedImage<Layer>,
): Generator<void, ImageComparison<Layer>> {
  const known = new Set(before.layers.map(({ digest }) => digest));
  const next = new Set(after.layers.map(({ digest }) => digest));
  const added = after.layers.filter(({ digest }) => !known.has(digest));
  return {
    config: compareConfigs(before.config, after.config),
    layers: {
      shared: after.layers.filter(({ digest }) => known.has(digest)),
      before: before.layers.filter(({ digest }) => !next.has(digest)),
      after: added,
      pulledBytes: [...new Map(added.map((layer) => [layer.digest, layer.sizeBytes])).values()].reduce(
        (sum, size) => sum + size,
        0,
      ),
    },
    files: yield* compareFiles(before.files, after.files),
  };
}

function* compareFiles(before: LayerUnion, after: LayerUnion): Generator<void, FileChange[]> {
  const changes: FileChange[] = [];
  for (const { entry } of before.below()) {
    yield;
    const now = after.at(entry.path);
    if (!now) changes.push({ path: entry.path, before: entry, after: undefined });
    else if (isOther(before.at(entry.path)!, now)) changes.push({ path: entry.path, before: entry, after: now.entry });
  }
  for (const { entry } of after.below()) {
    yield;
    if (!before.at(entry.path)) changes.push({ path: entry.path, before: undefined, after: entry });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Times alone are no difference: each build has its own. */
function isOther(a: UnionEntry, b: UnionEntry): boolean {
  const [x, y] = [a.content?.entry ?? a.entry, b.content?.entry ?? b.entry];
  const fields = ['kind', 'size', 'hash', 'mode', 'uid', 'gid', 'capability', 'isBlock'] as const;
  return fields.some((field) => x[field] !== y[field]) || (x.kind === 'symlink' && x.link !== y.link);
}

/** Settings in which an order or a list as a whole has a meaning. */
const whole = ['User', 'WorkingDir', 'Entrypoint', 'Cmd', 'StopSignal', 'Shell', 'Healthcheck', 'OnBuild'] as const;
/** Settings whose keys stand for themselves. */
const keyed = ['Labels', 'ExposedPorts', 'Volumes'] as const;

function compareConfigs(before: ImageConfig, after: ImageConfig): ConfigChange[] {
  const [a, b] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((field) => a.get(field) !== b.get(field))
    .sort()
    .map((field) => ({ field, before: a.get(field), after: b.get(field) }));
}

function settingsOf(image: ImageConfig): Map<string, string> {
  const { config = {}, ...rest } = image as ImageConfig & { config?: RunConfig };
  const found = new Map<string, string>();
  for (const field of ['os', 'architecture', 'variant'] as const) if (rest[field]) found.set(field, rest[field]);
  for (const field of whole) {
    const value = config[field];
    if (value !== undefined && value !== null && value !== '') {
      found.set(field, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  for (const variable of config.Env ?? []) {
    const [name = '', ...value] = variable.split('=');
    found.set(`Env ${name}`, value.join('='));
  }
  for (const field of keyed) {
    for (const [key, value] of Object.entries(config[field] ?? {})) {
      found.set(`${field} ${key}`, typeof value === 'string' ? value : '');
    }
  }
  return found;
}
