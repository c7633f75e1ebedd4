import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ObjectRef, TableView } from '../views/view.ts';

/** The command line that opens `view` again: `pods shop app=web /api`. */
export function lineOf(view: TableView): string {
  const { resource, scope, filter, argument } = view;
  // A table that was asked for something is opened by a word of its own.
  if (argument !== undefined) return [resource.plural, argument, filter && `/${filter}`].filter(Boolean).join(' ');
  const namespace = resource.namespaced ? (scope.namespace ?? 'all') : '';
  const typed = filter === '' ? '' : filter.startsWith('-') ? filter : `/${filter}`;
  return [groupResource(resource), namespace, scope.labelSelector ?? '', typed].filter((part) => part !== '').join(' ');
}

/**
 * The address of a view, to give to somebody else: `kctl://context/namespace/kind?labels=app%3Dweb&filter=api`.
 * All namespaces are `-`, as is the place of a kind that is in none.
 */
export function addressOf(view: TableView, context: string): string {
  const { resource, scope, filter, sort, wide, faults } = view;
  const path = [context || '-', (resource.namespaced && scope.namespace) || '-', groupResource(resource)];
  const query = new URLSearchParams();
  if (scope.labelSelector) query.set('labels', scope.labelSelector);
  if (scope.fieldSelector) query.set('fields', scope.fieldSelector);
  if (scope.name) query.set('name', scope.name);
  if (filter) query.set('filter', filter);
  if (sort) query.set('sort', `${sort.descending ? '-' : ''}${sort.column}`);
  if (view.argument !== undefined) query.set('of', view.argument);
  if (view.owner !== undefined) query.set('owner', view.owner);
  if (view.parent) query.set('in', placeText(view.parent));
  if (view.of !== undefined && view.of !== view.argument) query.set('title', view.of);
  if (wide) query.set('wide', '1');
  if (faults) query.set('faults', '1');
  return addressText(path, query);
}

function addressText(path: readonly string[], query: URLSearchParams): string {
  const text = query.toString();
  return `kctl://${path.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

/** The object whose parts a table shows, within an address: `pods/shop/web-1`, `nodes//a`. */
const placeText = ({ resource, namespace = '', name }: ObjectRef): string =>
  [groupResource(resource), namespace, name].join('/');

/**
 * The address of a view of one object: `kctl://context/namespace/kind/name?view=yaml`. Views of no object stand in the
 * place of a kind: `kctl://context/namespace/pulses`, `kctl://context/-/deployments.apps?view=xray`.
 */
export function pageAddress(
  { context, namespace, kind, name }: { context: string; namespace?: string | undefined; kind: string; name?: string },
  fields: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(fields).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const path = [context || '-', namespace ?? '-', kind, ...(name === undefined ? [] : [name])];
  return addressText(path, new URLSearchParams(given));
}

export const isAddress = (text: string): boolean => /^\s*kctl:\/\//.test(text);

/** An address, taken apart. */
export interface Address {
  /** Undefined: whatever context is in use. */
  context: string | undefined;
  namespace: string | undefined;
  kind: string;
  /** The object that a view is of. */
  name: string | undefined;
  /** What shows it, where that is no table: `yaml`, `xray`. */
  shows: string | undefined;
  /** What the view was asked for. */
  of: string | undefined;
  /** The object whose parts a table shows. */
  parent: { kind: string; namespace: string | undefined; name: string } | undefined;
  scope: { labelSelector?: string; fieldSelector?: string; name?: string };
  view: Partial<Pick<TableView, 'filter' | 'sort' | 'wide' | 'faults' | 'argument' | 'of' | 'owner'>>;
}

/** @throws KctlError `usage` for what is no address */
export function parseAddress(text: string): Address {
  const match = /^kctl:\/\/([^/?]+)\/([^/?]+)\/([^/?]+)(?:\/([^/?]+))?(?:\?(.*))?$/.exec(text.trim());
  if (!match) {
    throw new KctlError('usage', `"${text}" is no address of a view`, {
      hint: 'An address looks like kctl://CONTEXT/NAMESPACE/KIND?filter=web.',
    });
  }
  const [context, namespace, kind] = match.slice(1, 4).map(decoded) as [string, string, string];
  const query = new URLSearchParams(match[5] ?? '');
  const of = query.get('of') ?? undefined;
  const title = query.get('title') ?? of;
  const [inKind, inNamespace, inName] = (query.get('in') ?? '').split('/');
  const scopeName = query.get('name');
  const [labels, fields, filter, sort] = ['labels', 'fields', 'filter', 'sort'].map((name) => query.get(name));
  return {
    context: context === '-' ? undefined : context,
    namespace: namespace === '-' ? undefined : namespace,
    kind,
    name: match[4] === undefined ? undefined : decoded(match[4]),
    shows: query.get('view') ?? undefined,
    of,
    parent: inKind && inName ? { kind: inKind, namespace: inNamespace || undefined, name: inName } : undefined,
    scope: {
      ...(labels && { labelSelector: labels }),
      ...(fields && { fieldSelector: fields }),
      ...(scopeName && { name: scopeName }),
    },
    view: {
      filter: filter ?? '',
      ...(of !== undefined && { argument: of }),
      ...(title !== undefined && { of: title }),
      ...(query.has('owner') && { owner: query.get('owner')! }),
      ...(sort && { sort: { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } }),
      ...(query.has('wide') && { wide: query.get('wide') === '1' }),
      faults: query.get('faults') === '1',
    },
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
