import type { ObjectMeta, TableColumn, TableRow } from '../../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../../api/resource.ts';
import { type Health, healthColumns, rowHealth } from '../../../api/row-health.ts';
import { indexOwnership, type KnownObject, type Ownership } from '../../../kube/ownership.ts';
import { say } from '../../words/say.ts';

/** An object of a tree, with what its printed row says of it. */
export interface TreeObject extends KnownObject {
  health: Health;
  /** `1/1 Running`, as its columns have it. */
  state: string;
}

export interface TreeLine {
  object: TreeObject;
  /** What leads to it: `│ ├─`. */
  branch: string;
  /** What stands below it where its text goes on. */
  below: string;
  /** It stands in the tree already: objects may have several owners. */
  isRepeated: boolean;
}

/** Columns that say how an object is besides how much of it is ready, in the order in which they are told. */
const told = ['status', 'phase', 'restarts', 'type', 'capacity'];

/** What a printed row says of the state of its object. */
export function treeObject(resource: ResourceInfo, row: TableRow, columns: readonly TableColumn[]): TreeObject {
  const { metadata } = row.object;
  const cell = (name: string) => {
    const index = columns.findIndex((column) => column.name.toLowerCase() === name);
    const value = index < 0 ? '' : String(row.cells[index] ?? '');
    return value === '<none>' ? '' : value;
  };
  const [ready, desired] = [cell('ready') || cell('completions'), cell('desired')];
  const share = desired !== '' && /^\d+$/.test(ready) ? `${ready}/${desired}` : ready;
  const words = told.map((name) => {
    const value = cell(name);
    return name === 'restarts' && value !== ''
      ? value === '0'
        ? ''
        : say('restarts {count}', { count: value })
      : value;
  });
  const health = rowHealth({ cells: row.cells, deletionTimestamp: metadata.deletionTimestamp }, healthColumns(columns));
  return { resource, metadata, health, state: [share, ...words].filter((word) => word !== '').join(' ') };
}

/** What stands above all others: by way of controllers, the owner that has none. */
function topmost(object: KnownObject, ownership: Ownership): KnownObject {
  const seen = new Set<string | undefined>();
  let top = object;
  for (;;) {
    seen.add(top.metadata.uid);
    const [owner] = ownership.owners(top);
    if (!owner || seen.has(owner.metadata.uid)) return top;
    top = owner;
  }
}

const nameOf = ({ resource, metadata }: KnownObject): string => `${groupResource(resource)} ${metadata.name ?? ''}`;

/** The whole tree that an object stands in, from what owns it all down; undefined where the object is not there. */
export function treeLines(
  all: readonly TreeObject[],
  wanted: { kind: string; namespace: string | undefined; name: string },
): TreeLine[] | undefined {
  const ownership = indexOwnership(all);
  const states = new Map(all.map((object) => [object.metadata.uid, object]));
  const isWanted = ({ resource, metadata }: TreeObject) =>
    groupResource(resource) === wanted.kind &&
    metadata.name === wanted.name &&
    (wanted.namespace === undefined || metadata.namespace === wanted.namespace);
  const start = all.find(isWanted);
  if (!start) return undefined;
  const lines: TreeLine[] = [];
  const shown = new Set<string>();
  const walk = (object: KnownObject, branch: string, below: string) => {
    const { uid = '' } = object.metadata;
    const isRepeated = shown.has(uid);
    shown.add(uid);
    const children = isRepeated ? [] : [...ownership.children(uid)].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const line = { object: states.get(uid)!, branch, below: children.length > 0 ? `${below}│ ` : below, isRepeated };
    lines.push(line);
    for (const [index, child] of children.entries()) {
      const isLast = index === children.length - 1;
      walk(child, `${below}${isLast ? '└─' : '├─'}`, `${below}${isLast ? '  ' : '│ '}`);
    }
  };
  walk(topmost(start, ownership), '', '');
  return lines;
}

/** Kinds that the objects around an object are of: of its owners and of all that it owns. */
export function kindsAround(ownership: Ownership, uid: string): ResourceInfo[] {
  const start = ownership.find(uid);
  if (!start) return [];
  const kinds = new Map<string, ResourceInfo>();
  const seen = new Set<string>();
  const walk = ({ resource, metadata }: { resource: ResourceInfo; metadata: ObjectMeta }) => {
    if (seen.has(metadata.uid ?? '')) return;
    seen.add(metadata.uid ?? '');
    kinds.set(groupResource(resource), resource);
    for (const child of ownership.children(metadata.uid ?? '')) walk(child);
  };
  walk(topmost(start, ownership));
  return [...kinds.values()];
}
