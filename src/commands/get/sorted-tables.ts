import type { TableRow } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { compileJsonPath, relaxedJsonPath } from '../../lib/jsonpath.ts';
import type { CommandContext } from '../command.ts';
import { isLikeKubectl } from './like-kubectl.ts';
import type { GetOptions } from './options.ts';
import { sortByPath } from './sort.ts';
import type { TablePage } from './table-page.ts';
import type { GetTarget } from './targets.ts';

/**
 * kubectl cannot sort what comes as several tables, one for each type or name: it looks for the field in the tables
 * themselves. At a terminal of ours each table is sorted.
 * @throws KctlError in kubectl's words
 */
export function refuseSeveralTables(
  targets: readonly GetTarget[],
  named: ReadonlyMap<GetTarget, TablePage>,
  { sortBy }: GetOptions,
  context: CommandContext,
): void {
  const tables = targets.reduce((sum, target) => sum + (named.get(target)?.rows.length ?? 1), 0);
  if (tables < 2 || !isLikeKubectl(context)) return;
  const path = relaxedJsonPath(sortBy);
  compileJsonPath(path, { explains: false });
  throw new KctlError('usage', `couldn't find any field with path "${path}" in the list of objects`);
}

/**
 * Objects that are printed here are sorted over all types; where the type changes, another table begins.
 * @returns pages in the order to print them, each with a target of its own
 */
export async function sortedOverTypes(
  targets: readonly GetTarget[],
  pageOf: (target: GetTarget) => Promise<TablePage>,
  { sortBy }: GetOptions,
): Promise<ReadonlyMap<GetTarget, TablePage>> {
  const all: { target: GetTarget; columns: TablePage['columns']; row: TableRow }[] = [];
  for (const target of targets) {
    const { columns, rows } = await pageOf(target);
    for (const row of rows) all.push({ target, columns, row });
  }
  const pages = new Map<GetTarget, { columns: TablePage['columns']; rows: TableRow[] }>();
  let last: GetTarget | undefined;
  let rows: TableRow[] = [];
  for (const { target, columns, row } of sortByPath(all, sortBy, (one) => one.row.object)) {
    if (target !== last) {
      rows = [];
      pages.set({ ...target }, { columns, rows });
      last = target;
    }
    rows.push(row);
  }
  return pages;
}
