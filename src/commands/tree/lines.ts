import type { KubeObject, TableColumn, TableRow } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { ageSince } from '../../lib/age.ts';
import type { TreeNode } from './grow.ts';
import { objectState } from './state.ts';

export const treeColumns: readonly TableColumn[] = ['Name', 'Ready', 'Status', 'Reason', 'Age'].map((name) => ({
  name,
  type: 'string',
}));

const edges: Readonly<Record<TreeNode['edge'], string>> = { root: '', owns: '', uses: '→ ', used: '← ' };

/** The rows of a tree: branches in front of the names, `→` before what is used, `←` before what points here. */
export function treeRows(root: TreeNode, whole: ReadonlyMap<string, KubeObject>, now: number): TableRow[] {
  const rows: TableRow[] = [];
  const walk = (node: TreeNode, branch: string, below: string): void => {
    rows.push(rowOf(node, `${branch}${edges[node.edge]}`, whole, now));
    for (const [at, child] of node.children.entries()) {
      const isLast = at === node.children.length - 1;
      walk(child, `${below}${isLast ? '└─' : '├─'}`, `${below}${isLast ? '  ' : '│ '}`);
    }
  };
  walk(root, '', '');
  return rows;
}

function rowOf(
  { object: { resource, metadata }, isRepeated, isMissing }: TreeNode,
  branch: string,
  whole: ReadonlyMap<string, KubeObject>,
  now: number,
): TableRow {
  const object = whole.get(metadata.uid ?? '');
  const { ready, status, reason } = object ? objectState(object) : { ready: '', status: '', reason: '' };
  const name = `${branch}${resource.kind}/${metadata.name ?? ''}${isRepeated ? ' (see above)' : ''}`;
  const state = isMissing ? ['-', 'Missing', '-', '-'] : [ready || '-', status || '-', reason || '-'];
  const age = isMissing ? [] : [ageSince(metadata.creationTimestamp, now)];
  return {
    cells: [name, ...state, ...age],
    object: { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata },
  };
}
