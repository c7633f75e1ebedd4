import { escapeTerminal } from '../../lib/escape.ts';
import type { Dockerfile } from '../../oci/build/dockerfile/parse-dockerfile.ts';
import { columns, descriptionOf, locationOf } from './call.ts';
import type { Shown } from './report.ts';

interface Target {
  name: string;
  isDefault: boolean;
  description: string;
  base: string;
  platform: string | undefined;
  range: { first: number; last: number };
}

function targetsOf({ stages, comments }: Dockerfile): Target[] {
  return stages.map(({ from }, index) => ({
    name: from.stage?.toLowerCase() ?? '',
    isDefault: index === stages.length - 1,
    description: from.stage === undefined ? '' : descriptionOf(comments(from.range.first), from.stage.toLowerCase()),
    base: from.base,
    platform: from.platform,
    range: from.range,
  }));
}

/** `--call=targets`: stages that have names, and the one that is built without `--target`. */
export function targetsText(file: Dockerfile): string {
  const rows = targetsOf(file)
    .filter(({ name, isDefault }) => name !== '' || isDefault)
    .map(({ name, isDefault, description }) => {
      const shown = name === '' ? '(default)' : isDefault ? `${name} (default)` : name;
      return [escapeTerminal(shown), escapeTerminal(description)];
    });
  return columns([['TARGET', 'DESCRIPTION'], ...rows]);
}

/** In the shape of BuildKit's frontend.targets. */
export function targetsJson(file: Dockerfile, { text }: Shown): string {
  const targets = targetsOf(file).map(({ name, isDefault, description, base, platform, range }) => ({
    ...(name ? { name } : {}),
    ...(isDefault ? { default: true } : {}),
    ...(description ? { description } : {}),
    base,
    ...(platform ? { platform } : {}),
    location: locationOf(range),
  }));
  return `${JSON.stringify({ targets, sources: [Buffer.from(text).toString('base64')] }, null, 2)}\n`;
}
