import { KctlError } from '../../lib/errors.ts';
import { type Platform, parsePlatform, platformName } from './plan/platform.ts';

type Level = 'manifest' | 'index' | 'manifest-descriptor' | 'index-descriptor';

/** `--annotation`: where it goes, and for manifests of which platform (undefined: all). */
export interface Annotation {
  level: Level;
  platform: string | undefined;
  key: string;
  value: string;
}

const TEXT = /^(?:([a-z,[\]/0-9_-]+?):)?([^\s=:[\]]+)=(.*)$/s;
const LEVEL = /^(manifest|index|manifest-descriptor|index-descriptor)(?:\[([^\]]+)\])?$/;

/**
 * `KEY=VALUE` of the manifest, with levels before it where it goes elsewhere: `index,manifest:KEY=VALUE`,
 * `manifest[linux/arm64]:KEY=VALUE` (docs.docker.com/build/metadata/annotations).
 * @throws KctlError `usage`
 */
export function parseAnnotation(text: string): Annotation[] {
  const [, levels = 'manifest', key, value = ''] = TEXT.exec(text) ?? [];
  if (key === undefined) {
    throw new KctlError('usage', `invalid annotation ${JSON.stringify(text)}, expected key=value`);
  }
  return levels.split(',').map((one) => {
    const [, level, platform] = LEVEL.exec(one) ?? [];
    if (level === undefined) {
      throw new KctlError('usage', `unknown annotation type ${JSON.stringify(one)}`, {
        hint: 'There are: manifest, index, manifest-descriptor, index-descriptor.',
      });
    }
    const name = platform === undefined ? undefined : platformName(parsePlatform(platform));
    return { level: level as Level, platform: name, key, value };
  });
}

/** Those of one document, sorted; nothing where there are none. */
export function annotationsOf(
  all: readonly Annotation[],
  level: Level,
  platform?: Platform,
): { annotations?: Record<string, string> } {
  const name = platform && platformName(platform);
  const found = all.filter((one) => one.level === level && (one.platform === undefined || one.platform === name));
  if (found.length === 0) return {};
  return { annotations: Object.fromEntries(found.map(({ key, value }) => [key, value] as const).sort()) };
}

/** @throws KctlError `usage` for annotations of an index where none is made */
export function checkAnnotations(all: readonly Annotation[], platforms: readonly Platform[]): void {
  const needsIndex = all.find(({ level }) => level === 'index' || level === 'manifest-descriptor');
  if (!needsIndex || platforms.length > 1) return;
  throw new KctlError('usage', `${needsIndex.level} annotations are for images of several platforms`, {
    hint: 'An image of one platform has a manifest and no index.',
  });
}
