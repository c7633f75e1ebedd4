import type { KubeObject, TableRow } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { type KnownObject, type Ownership, readOwnership } from '../../kube/ownership.ts';
import { createTablePrinter, type TablePaint } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { tableOutput } from '../get/table-output.ts';
import { addReferences, grow, nodesOf, type TreeNode, topmost } from './grow.ts';
import { treeColumns, treeRows } from './lines.ts';
import { readSurroundings, readWhole } from './read.ts';

export interface TreeOptions {
  /** What objects use, and what points at them. */
  references: boolean;
  /** Begin with what stands above. */
  fromRoot: boolean;
  noHeaders: boolean;
}

/** Prints a tree for each object; one that stands in the tree of another has none of its own. */
export async function showTrees(
  objects: readonly KnownObject[],
  options: TreeOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { signal, io } = context;
  const isWide = objects.some(({ resource }) => !resource.namespaced);
  const namespaces = [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
  const ownership = await readOwnership(cluster, {
    // What belongs to no namespace may own things in any.
    ...(!isWide && { namespaces }),
    ...(options.references && { clusterScoped: true }),
    signal,
  });
  const trees = growAll(objects, options, ownership);
  const nodes = trees.flatMap((tree) => [...nodesOf(tree)]);
  let whole: ReadonlyMap<string, KubeObject> = await readWhole(
    nodes.map(({ object }) => object),
    cluster,
    signal,
  );
  if (options.references) {
    const places = [...new Set(nodes.flatMap(({ object }) => object.metadata.namespace ?? []))];
    const around = await readSurroundings(whole, ownership, places, cluster, signal);
    for (const tree of trees) addReferences(tree, around);
    whole = around.whole;
    const readMore = async () => {
      const isNew = ({ object, isMissing }: TreeNode) => !isMissing && !whole.has(object.metadata.uid ?? '');
      const added = trees.flatMap((tree) => [...nodesOf(tree)]).filter(isNew);
      const objects = added.map(({ object }) => object);
      whole = new Map([...whole, ...(await readWhole(objects, cluster, signal))]);
      return added;
    };
    // Claims name their volumes, which is known only once they are read.
    for (const node of await readMore()) addReferences(node, { ...around, pointing: [], whole });
    await readMore();
  }
  const rows = trees.flatMap((tree) => treeRows(tree, whole, cluster.transport.now()));
  await print(rows, options, context);
  tellUnread(ownership, io);
}

function growAll(objects: readonly KnownObject[], { fromRoot }: TreeOptions, ownership: Ownership): TreeNode[] {
  // The index knows the objects by their own type, whatever version they were asked for by.
  const known = objects.map((object) => ownership.find(object.metadata.uid ?? '') ?? object);
  const roots = fromRoot ? known.map((object) => topmost(object, ownership)) : known;
  const distinct = [...new Map(roots.map((root) => [root.metadata.uid, root])).values()];
  const uids = new Set(distinct.map(({ metadata }) => metadata.uid));
  const isBelow = (object: KnownObject, seen = new Set<KnownObject>()): boolean =>
    ownership.owners(object).some((owner) => {
      if (seen.has(owner)) return false;
      seen.add(owner);
      return uids.has(owner.metadata.uid) || isBelow(owner, seen);
    });
  const tops = distinct.filter((object) => !isBelow(object));
  // Objects that own each other in a circle have no top.
  return (tops.length > 0 ? tops : distinct.slice(0, 1)).map((root) => grow(root, ownership));
}

async function print(rows: readonly TableRow[], { noHeaders }: TreeOptions, context: CommandContext): Promise<void> {
  const { out, colours } = await tableOutput(context);
  const namespaces = new Set(rows.flatMap(({ object }) => object.metadata.namespace ?? []));
  const withNamespace =
    namespaces.size > 1 || (namespaces.size > 0 && rows[0]?.object.metadata.namespace === undefined);
  const paint = paintByKind((kind) => colours({ kind }).paint);
  out.write(createTablePrinter({ noHeaders, withNamespace, ...(paint && { paint }) }).add(treeColumns, rows));
}

/** What a word means depends on whose it is, and here each row is of its own kind. */
function paintByKind(paintOf: (kind: string) => TablePaint | undefined): TablePaint | undefined {
  const any = paintOf('');
  if (!any) return undefined;
  return {
    header: any.header,
    rows(columns) {
      const byKind = new Map<string, ReturnType<TablePaint['rows']>>();
      return (row) => {
        const { kind } = row.object;
        if (!byKind.has(kind)) byKind.set(kind, paintOf(kind)!.rows(columns));
        return byKind.get(kind)!(row);
      };
    },
  };
}

/** Types that may not be listed are told in one line: the tree may have more below. */
function tellUnread({ unread }: Ownership, io: CommandContext['io']): void {
  if (unread.length === 0) return;
  const names = unread.map(({ resource }) => groupResource(resource));
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  io.stderr.write(`warning: ${shown}${more} could not be listed: what is owned there is not shown\n`);
}
