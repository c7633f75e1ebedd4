import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { TableRow } from '../../../api/meta.ts';
import type { Source } from '../../../api/source.ts';
import { ageSince } from '../../../lib/age.ts';
import { KctlError } from '../../../lib/errors.ts';
import { paintYaml } from '../../../theme/paint-document.ts';
import type { DashboardServices } from '../../services.ts';
import { DocumentModel } from '../document-model.ts';
import type { TableView } from '../view.ts';
import { type LocalTable, loadedSource, localResource, localRow, type OpeningHost } from './local-table.ts';

/** Manifests on this machine: folders, and files that can be applied. */
export const filesResource = localResource('files', 'file', 'File');

const manifest = /\.(ya?ml|json)$/i;
const above = '..';

/** A path as it is typed, `~` for the home folder. */
export function localPath(text: string, folder = process.cwd()): string {
  return resolve(folder, text === '~' || text.startsWith('~/') ? join(homedir(), text.slice(1)) : text);
}

/** What a file declares: `Deployment, Service`; its own words are looked at with care. */
function kindsIn(text: string): string {
  const kinds = [...text.matchAll(/^\s*"?kind"?:\s*"?(\w+)"?/gm)].map(([, kind]) => kind!);
  return [...new Set(kinds)].join(', ');
}

const mostRead = 256 * 1024;

function fileRow(folder: string, entry: Dirent, now: number): TableRow[] {
  const path = join(folder, entry.name);
  try {
    const { size, mtime } = statSync(path);
    const age = ageSince(mtime.toISOString(), now);
    if (statSync(path).isDirectory()) return [localRow(entry.name, [`${entry.name}/`, 'folder', '', age])];
    if (!manifest.test(entry.name)) return [];
    const kinds = size > mostRead ? '' : kindsIn(readFileSync(path, 'utf8'));
    return [localRow(entry.name, [entry.name, kinds, `${size}`, age])];
  } catch {
    // Gone meanwhile, or a link that leads nowhere.
    return [];
  }
}

function filesSource(folder: string, services: DashboardServices): Source<TableRow> {
  return loadedSource(['Name', 'Kinds', 'Bytes', 'Changed'], async () => {
    const entries = readFolder(folder).filter(({ name }) => !name.startsWith('.'));
    const rows = entries.flatMap((entry) => fileRow(folder, entry, services.timing.now()));
    return dirname(folder) === folder ? rows : [localRow(above, [`${above}/`, 'folder', '', '']), ...rows];
  });
}

function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new KctlError('input', (error as Error).message, { cause: error });
  }
}

/** The folder that a table of files shows. */
export const folderOf = ({ of = '.' }: TableView): string => of;

export const filesTable: LocalTable = {
  resource: filesResource,
  open: (services, view) => ({ source: filesSource(folderOf(view), services) }),
  enter(host, { name }, view) {
    const path = join(folderOf(view), name);
    if (statSync(path).isDirectory()) {
      host.openTable({ resource: filesResource, of: path, sort: { column: 'Name', descending: false } });
      return;
    }
    openFile(host, path);
  },
};

export function openFile(host: Pick<OpeningHost, 'push'>, path: string): void {
  host.push(
    new DocumentModel({
      view: { type: 'document', content: 'file', of: path },
      load: async () => readFileSync(path, 'utf8'),
      paint: paintYaml,
    }),
  );
}
