import type { KubeList, KubeObject, Table, TableColumn, TableRow } from '../../api/meta.ts';
import { apiVersionOf, type ResourceInfo } from '../../api/resource.ts';
import { itemsOf } from '../../output/print-objects.ts';
import type { TableOptions } from '../../output/table.ts';
import { kindName } from '../shared/names.ts';
import type { GetOptions } from './options.ts';
import type { GetTarget } from './targets.ts';

/** What a server answered, as rows. */
export interface TablePage {
  columns: readonly TableColumn[];
  rows: readonly TableRow[];
}

const nameAndAge: readonly TableColumn[] = [
  { name: 'Name', type: 'string', format: 'name' },
  { name: 'Age', type: 'string' },
];

/**
 * Servers that do not print, and `--server-print=false`, send objects: those become name and age.
 * @param now milliseconds since the epoch, by the server's clock
 */
export async function toTablePage(answer: Table | KubeList | KubeObject, now: number): Promise<TablePage> {
  if (answer.kind === 'Table') {
    const { columnDefinitions, rows } = answer as Table;
    return { columns: columnDefinitions ?? [], rows: rows ?? [] };
  }
  const { ageSince } = await import('../../lib/age.ts');
  const rows = itemsOf(answer as KubeObject).map((object) => ({
    cells: [object.metadata.name, ageSince(object.metadata.creationTimestamp, now)],
    object,
  }));
  return { columns: nameAndAge, rows };
}

/** The rows of a page of which the condition is true. */
export function chosenRows(page: TablePage, { resource }: GetTarget, { filter }: GetOptions): TablePage {
  if (!filter) return page;
  // The items of a list leave their type to the list.
  const typed = (object: KubeObject) =>
    object.kind ? object : { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind };
  return { ...page, rows: page.rows.filter(({ object }) => filter.matches(typed(object))) };
}

/** How the table of one resource looks under these flags. */
export function tableOptions(
  target: GetTarget,
  options: GetOptions,
  severalKinds: boolean,
  afterNamespaced = false,
): TableOptions {
  return {
    wide: options.format.name === 'wide' || options.format.argument === 'wide',
    noHeaders: options.noHeaders,
    // kubectl keeps the column for the kinds that come after one that needs it.
    withNamespace: options.allNamespaces && (target.resource.namespaced || afterNamespaced),
    labelColumns: options.labelColumns,
    showLabels: options.showLabels,
    ...(options.write && { write: options.write }),
    ...((options.showKind || severalKinds) && { kindPrefix: kindName(target.resource) }),
  };
}

/** True where the answer will hold more than one kind, so that names need theirs in front. */
export function hasSeveralKinds(targets: readonly GetTarget[]): boolean {
  const id = ({ group, version, kind }: ResourceInfo) => `${group}/${version}/${kind}`;
  return new Set(targets.map(({ resource }) => id(resource))).size > 1;
}
