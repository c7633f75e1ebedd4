import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ContextSettings } from '../../../settings/dashboard-settings.ts';
import type { Settings } from '../../../settings/settings.ts';
import { yamlFiles } from './find.ts';

const isMap = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

/** What a field of k9s' config.yaml (under `k9s`) says in our settings; a wrong value says nothing. */
const fields: Readonly<Record<string, (value: unknown) => ContextSettings>> = {
  readOnly: (value) => (value === true ? { readOnly: true } : {}),
  skin: (value) => (typeof value === 'string' && value !== '' ? { theme: value } : {}),
  defaultView: (value) => (typeof value === 'string' && value !== '' ? { start: value } : {}),
  'ui.skin': (value) => (typeof value === 'string' && value !== '' ? { theme: value } : {}),
  'ui.headless': (value) => (value === true ? { header: false } : {}),
  'ui.crumbsless': (value) => (value === true ? { crumbs: false } : {}),
};

/** Fields that need no word: what they are for is the same here, or is not there to be set. */
const silent = new Set([
  ...['ui.logoless', 'ui.splashless', 'ui.reactive', 'ui.enableMouse', 'ui.noIcons', 'refreshRate', 'maxConnRetry'],
  ...['cluster', 'namespace', 'view', 'featureGates', 'portForwardAddress', 'skipLatestRevCheck', 'apiServerTimeout'],
]);

function flat(raw: Record<string, unknown>): [string, unknown][] {
  return Object.entries(raw).flatMap(([name, value]): [string, unknown][] =>
    name === 'ui' && isMap(value) ? Object.entries(value).map(([inner, one]) => [`ui.${inner}`, one]) : [[name, value]],
  );
}

function read(file: string): { settings: ContextSettings; left: string[] } {
  const raw: unknown = parse(readFileSync(file, 'utf8'));
  const config = isMap(raw) && isMap(raw['k9s']) ? raw['k9s'] : {};
  let settings: ContextSettings = {};
  const left: string[] = [];
  for (const [name, value] of flat(config)) {
    const meant = fields[name]?.(value);
    if (meant) settings = Object.assign(settings, meant);
    else if (!silent.has(name)) left.push(`${file}: k9s.${name} has no counterpart`);
  }
  return { settings, left };
}

export interface ConfigSettings {
  settings: Settings & { dashboard?: Record<string, unknown> };
  changed: boolean;
  from: string[];
  notes: string[];
  left: string[];
}

/**
 * The settings with what k9s' config files say; what is set already stays.
 * @param themes names of those that there are, and of the skins that become some
 */
export function configSettings(
  folders: readonly string[],
  before: Settings,
  themes: readonly string[],
): ConfigSettings {
  const dashboard: Record<string, unknown> = { ...(before as { dashboard?: Record<string, unknown> }).dashboard };
  const contexts = { ...(dashboard['contexts'] as Record<string, ContextSettings> | undefined) };
  const result: ConfigSettings = { settings: before, changed: false, from: [], notes: [], left: [] };
  const take = (file: string, into: Record<string, unknown>, where: string) => {
    try {
      const { settings, left } = read(file);
      result.left.push(...left);
      for (const [name, value] of Object.entries(settings)) {
        if (into[name] !== undefined) continue;
        if (name === 'theme' && !themes.includes(String(value))) {
          result.left.push(`${file}: there is no skin "${value}"`);
          continue;
        }
        into[name] = value;
        result.notes.push(`${where}${name}: ${JSON.stringify(value)}`);
        if (!result.from.includes(file)) result.from.push(file);
      }
    } catch (error) {
      result.left.push(`${file}: ${(error as Error).message.split('\n')[0]}`);
    }
  };
  for (const folder of folders) {
    const main = ['config.yaml', 'config.yml'].map((name) => join(folder, name)).find((file) => existsSync(file));
    if (main) take(main, dashboard, '');
    for (const file of yamlFiles(join(folder, 'clusters'))) {
      const [, context, name] = file.split(/[\\/]/);
      if (name !== 'config.yaml' || context === undefined) continue;
      const own: Record<string, unknown> = { ...contexts[context] };
      take(join(folder, 'clusters', file), own, `${context}: `);
      if (Object.keys(own).length > 0) contexts[context] = own as ContextSettings;
    }
  }
  result.changed = result.notes.length > 0;
  if (Object.keys(contexts).length > 0) dashboard['contexts'] = contexts;
  result.settings = { ...before, dashboard };
  return result;
}
