import type { KubeList, KubeObject, Table, TableRow } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages, tableAccept } from '../../kube/list.ts';
import { createTablePrinter } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { orAbsentNamespace } from '../shared/absent-namespace.ts';
import { throwCollected } from '../shared/errors.ts';
import { isLikeKubectl } from './like-kubectl.ts';
import type { GetOptions } from './options.ts';
import { tableOutput } from './table-output.ts';
import { chosenRows, hasSeveralKinds, type TablePage, tableOptions, toTablePage } from './table-page.ts';
import { collectionRequest, type GetTarget, type GetTargets, objectRequest } from './targets.ts';

/** Prints a table per resource: on a terminal page by page as the server sends them, else with all in line. */
export async function printTables(
  { targets }: GetTargets,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<number> {
  const errors: unknown[] = [];
  // Objects that are not there do not count as a kind, so what is named is fetched before anything is printed.
  const named = new Map<GetTarget, TablePage>();
  for (const target of targets) {
    if (target.names) named.set(target, await namedPage(target, options, cluster, context, errors));
  }
  let shown = targets.filter((target) => !target.names || named.get(target)!.rows.length > 0);
  let inOrder: ReadonlyMap<GetTarget, TablePage> | undefined;
  if (options.sortBy !== '') {
    const { refuseSeveralTables, sortedOverTypes } = await import('./sorted-tables.ts');
    if (options.serverPrint) refuseSeveralTables(shown, named, options, context);
    else if (shown.length > 1) {
      inOrder = await sortedOverTypes(
        shown,
        async (target) => named.get(target) ?? wholePage(target, options, cluster, context, errors),
        options,
      );
      shown = [...inOrder.keys()];
    }
  }
  const severalKinds = hasSeveralKinds(shown);
  let written = false;
  let last: GetTarget | undefined;
  let afterNamespaced = false;
  let printer = createTablePrinter();
  const { out, colours } = await tableOutput(context);
  for (const target of shown) {
    try {
      const known = inOrder?.get(target) ?? named.get(target);
      const pages = known ? [known] : collectionPages(target, options, cluster, context);
      for await (const { columns, rows } of context.io.stdout.isTTY ? pages : inOnePage(pages)) {
        const sorted = inOrder ? rows : await rowsInOrder(rows, options, context, known !== undefined);
        if (sorted.length === 0) continue;
        if (last?.resource !== target.resource) {
          if (written && !options.noHeaders) out.write('\n');
          const layout = tableOptions(target, options, severalKinds, afterNamespaced);
          printer = createTablePrinter({ ...layout, ...colours(target.resource) });
          afterNamespaced ||= target.resource.namespaced;
          last = target;
        }
        out.write(printer.add(columns, sorted));
        written = true;
      }
    } catch (error) {
      errors.push(error);
    }
  }
  if (!written && errors.length === 0 && !options.ignoreNotFound) {
    context.io.stderr.write(nothingFound(targets, options, cluster));
    if (context.io.stderr.isTTY && !options.allNamespaces) {
      const { hintAtNamespace } = await import('../shared/absent-namespace-hint.ts');
      await hintAtNamespace(cluster, context);
    }
  }
  throwCollected(errors);
  return 0;
}

/** kubectl shows nothing of a list that has no such field; somebody at a terminal of ours is told. */
async function rowsInOrder(
  rows: readonly TableRow[],
  options: GetOptions,
  context: CommandContext,
  isNamed: boolean,
): Promise<readonly TableRow[]> {
  if (rows.length === 0 || (isNamed && rows.length < 2)) return rows;
  try {
    return await sortedRows(rows, options);
  } catch (error) {
    if (!options.serverPrint || !isLikeKubectl(context)) throw error;
    return [];
  }
}

/** What is said where a list is empty. */
export function nothingFound(targets: readonly GetTarget[], { allNamespaces }: GetOptions, cluster: Cluster): string {
  const scoped = !allNamespaces && targets.every(({ resource }) => resource.namespaced);
  return scoped ? `No resources found in ${cluster.namespace} namespace.\n` : 'No resources found\n';
}

/** All of one target in one page; those of named objects that fail become errors. Nothing is sorted. */
export async function wholePage(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
  errors: unknown[],
): Promise<TablePage> {
  if (target.names) return namedPage(target, options, cluster, context, errors);
  const rows: TableRow[] = [];
  let columns: TablePage['columns'] = [];
  for await (const page of collectionPages(target, options, cluster, context)) {
    if (page.columns.length > 0) columns = page.columns;
    for (const row of page.rows) rows.push(row);
  }
  return { columns, rows };
}

/** What came before a failure is shown all the same. */
async function* inOnePage(pages: Iterable<TablePage> | AsyncIterable<TablePage>): AsyncGenerator<TablePage> {
  const rows: TableRow[] = [];
  let columns: TablePage['columns'] = [];
  try {
    for await (const page of pages) {
      if (page.columns.length > 0) columns = page.columns;
      for (const row of page.rows) rows.push(row);
    }
  } finally {
    if (rows.length > 0) yield { columns, rows };
  }
}

/** One page with all named objects, so that their columns line up; those that fail become errors. */
async function namedPage(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  { signal }: CommandContext,
  errors: unknown[],
): Promise<TablePage> {
  const rows: TableRow[] = [];
  let columns: TablePage['columns'] = [];
  for (const object of target.names!) {
    const request = {
      ...objectRequest(target, object, options),
      ...wholeQuery(options),
      accept: accepted(options),
      signal,
    };
    try {
      const answer = await cluster.transport.json<Table | KubeObject>(request);
      const page = chosenRows(await toTablePage(answer, cluster.transport.now()), target, options);
      columns = page.columns;
      for (const row of page.rows) rows.push(row);
    } catch (error) {
      if (!(options.ignoreNotFound && isApiError(error, 'NotFound'))) {
        errors.push(await orAbsentNamespace(error, object.namespace, cluster));
      }
    }
  }
  return { columns, rows };
}

async function* collectionPages(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): AsyncGenerator<TablePage> {
  const { path, query } = collectionRequest(target, options);
  const pages = listPages<Table | KubeList>(cluster.transport, {
    path,
    query: { ...query, ...wholeQuery(options).query },
    accept: accepted(options),
    // Sorting needs everything; pages would only cost round trips.
    limit: options.sortBy === '' ? options.chunkSize : 0,
    resource: target.resource,
    signal,
  });
  for await (const answer of pages) {
    yield chosenRows(await toTablePage(answer, cluster.transport.now()), target, options);
  }
}

/** The rows in the order that `--sort-by` asks for. */
export async function sortedRows(rows: readonly TableRow[], { sortBy }: GetOptions): Promise<readonly TableRow[]> {
  if (sortBy === '') return rows;
  const { sortByPath } = await import('./sort.ts');
  return sortByPath(rows, sortBy, ({ object }) => object);
}

/** Rows carry only metadata unless the whole object is asked for, and any field may be sorted and chosen by. */
function wholeQuery({ sortBy, filter }: GetOptions): { query?: { includeObject: string } } {
  return sortBy === '' && !filter ? {} : { query: { includeObject: 'Object' } };
}

function accepted({ serverPrint }: GetOptions): string {
  return serverPrint ? tableAccept : 'application/json';
}
