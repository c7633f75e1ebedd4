import { createTablePrinter, type TableOptions } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import type { Scopes } from '../shared/scopes.ts';
import { mergeTables, type RowContexts } from './merge-tables.ts';
import type { GetOptions } from './options.ts';
import type { Part } from './parts.ts';
import { tableOutput } from './table-output.ts';
import { hasSeveralKinds, tableOptions } from './table-page.ts';
import { sortedRows } from './tables.ts';
import type { GetTarget } from './targets.ts';

/** One table per type, with the places in columns of their own. */
export async function printGroups(
  groups: readonly (readonly Part[])[],
  scopes: Scopes,
  options: GetOptions,
  context: CommandContext,
): Promise<void> {
  const { out, colours } = await tableOutput(context);
  const severalKinds = hasSeveralKinds(groups.map(([first]) => first!.target));
  for (const [at, parts] of groups.entries()) {
    const { target } = parts[0]!;
    const { columns, rows, contexts } = mergeTables(
      parts.map(({ page, scope }) => ({ ...page!, context: scope.context })),
    );
    const layout = placeColumns(target, scopes, tableOptions(target, options, severalKinds), contexts);
    if (at > 0 && !options.noHeaders) out.write('\n');
    const printer = createTablePrinter({ ...layout, ...colours(target.resource) });
    out.write(printer.add(columns, await sortedRows(rows, options)));
  }
}

/** NAMESPACE and CONTEXT where rows come from several. */
export function placeColumns(
  { resource }: GetTarget,
  { severalContexts, severalNamespaces }: Pick<Scopes, 'severalContexts' | 'severalNamespaces'>,
  layout: TableOptions,
  contexts: RowContexts,
): TableOptions {
  return {
    ...layout,
    withNamespace: layout.withNamespace === true || (severalNamespaces && resource.namespaced),
    ...(severalContexts && { contextOf: (row) => contexts.get(row.object) ?? '' }),
  };
}
