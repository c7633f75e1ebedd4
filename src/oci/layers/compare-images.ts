import type { UnionEntry } from '../layer-union.ts';
import type { ImageConfig } from '../media-types.ts';
import type { RunConfig } from '../store/read-image.ts';
import type { ImageAnalysis, LayerReport } from './analyse-image.ts';

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

export interface ImageComparison {
  config: ConfigChange[];
  layers: {
    shared: LayerReport[];
    before: LayerReport[];
    after: LayerReport[];
    /** What a node pulls that has all layers of the first. */
    pulledBytes: number;
  };
  /** Sorted by path. */
  files: FileChange[];
}

/** What the second image has otherwise than the first. */
export function compareImages(
  before: ImageAnalysis & { config: ImageConfig },
  after: ImageAnalysis & { config: ImageConfig },
): ImageComparison {
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
    files: compareFiles(before, after),
  };
}

function compareFiles(before: ImageAnalysis, after: ImageAnalysis): FileChange[] {
  const changes: FileChange[] = [];
  for (const { entry } of before.files.below()) {
    const now = after.files.at(entry.path);
    if (!now) changes.push({ path: entry.path, before: entry, after: undefined });
    else if (isOther(before.files.at(entry.path)!, now))
      changes.push({ path: entry.path, before: entry, after: now.entry });
  }
  for (const { entry } of after.files.below()) {
    if (!before.files.at(entry.path)) changes.push({ path: entry.path, before: undefined, after: entry });
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Times alone are no difference: each build has its own. */
function isOther(a: UnionEntry, b: UnionEntry): boolean {
  const [x, y] = [a.content?.entry ?? a.entry, b.content?.entry ?? b.entry];
  const fields = ['kind', 'size', 'hash', 'mode', 'uid', 'gid'] as const;
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
