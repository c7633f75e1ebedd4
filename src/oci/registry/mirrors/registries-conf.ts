import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addressOf, isTable, readToml, type Table, textOf } from './read-file.ts';
import type { HostTrust, Mirror, OnBroken, Route, RouteFile } from './route.ts';

interface Entry {
  /** `docker.io/library`, or `*.example.com`. */
  prefix: string;
  table: Table;
  path: string;
}

export interface RegistriesConfPlaces {
  /** `$CONTAINERS_REGISTRIES_CONF`: alone, where it is set. */
  named: string | undefined;
  /** Folders with `registries.conf` and `registries.conf.d`, the user's first. */
  folders: readonly string[];
}

/** podman's `registries.conf`, version 2 (containers-registries.conf(5)); short names mean docker.io whatever it says. */
export class RegistriesConf implements RouteFile {
  readonly #entries = new Map<string, Entry>();

  constructor({ named, folders }: RegistriesConfPlaces, broken: OnBroken) {
    const main = folders.map((folder) => join(folder, 'registries.conf')).find((path) => existsSync(path));
    // What comes later counts more: the user's files, and pieces after the whole.
    const pieces = folders.toReversed().flatMap((folder) => filesIn(join(folder, 'registries.conf.d')));
    for (const path of named ? [named] : [...(main ? [main] : []), ...pieces]) {
      const registries = readToml(path, broken)?.registry;
      for (const table of Array.isArray(registries) ? (registries as unknown[]) : []) {
        const prefix = isTable(table) ? (textOf(table.prefix) ?? textOf(table.location)) : undefined;
        if (prefix !== undefined) this.#entries.set(prefix, { prefix, table: table as Table, path });
      }
    }
  }

  route(registry: string, repository: string): Route | undefined {
    const name = `${registry}/${repository}`;
    const [entry] = [...this.#entries.values()]
      .filter(({ prefix }) => suits(prefix, registry, name))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    if (!entry) return undefined;
    const { table, path } = entry;
    if (table.blocked === true) return { mirrors: [], blockedBy: path };
    const rest = entry.prefix.startsWith('*.') ? `/${repository}` : name.slice(entry.prefix.length);
    const tables = Array.isArray(table.mirror) ? (table.mirror as unknown[]).filter(isTable) : [];
    const mirrors = tables.flatMap((one) => {
      const from = textOf(one['pull-from-mirror']);
      if (from === 'tag-only') return [];
      const digestOnly = from === 'digest-only' || table['mirror-by-digest-only'] === true;
      return mirrorAt(textOf(one.location), rest).map((mirror) => ({ ...mirror, digestOnly }));
    });
    const location = textOf(table.location);
    if (location === undefined || `${location}${rest}` === name) return { mirrors };
    return { mirrors: [...mirrors, ...mirrorAt(location, rest)], isOnly: true };
  }

  trust(host: string): HostTrust | undefined {
    for (const { table } of this.#entries.values()) {
      const mirrors = Array.isArray(table.mirror) ? (table.mirror as unknown[]).filter(isTable) : [];
      for (const one of [{ location: table.prefix, ...table }, ...mirrors]) {
        if (textOf(one.location)?.split('/')[0] === host && one.insecure === true) return { insecure: true };
      }
    }
    return undefined;
  }
}

/** A location is the beginning of a name: the host, and what the repository begins with there. */
function mirrorAt(location: string | undefined, rest: string): Mirror[] {
  const [host = '', ...path] = `${location ?? ''}${rest}`.split('/');
  const address = addressOf(host);
  return address && location ? [{ address, repository: path.join('/'), isHostOnly: true }] : [];
}

function suits(prefix: string, registry: string, name: string): boolean {
  if (prefix.startsWith('*.')) return registry.endsWith(prefix.slice(1));
  return name === prefix || (name.startsWith(prefix) && /[/:@]/.test(name[prefix.length] ?? ''));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.conf'))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
