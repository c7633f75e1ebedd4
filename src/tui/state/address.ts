import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { TableView } from '../views/view.ts';

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
  if (filter) query.set('filter', filter);
  if (sort) query.set('sort', `${sort.descending ? '-' : ''}${sort.column}`);
  if (view.argument !== undefined) query.set('of', view.argument);
  if (wide) query.set('wide', '1');
  if (faults) query.set('faults', '1');
  const text = query.toString();
  return `kctl://${path.map(encodeURIComponent).join('/')}${text && `?${text}`}`;
}

/** An address, taken apart. */
export interface Address {
  /** Undefined: whatever context is in use. */
  context: string | undefined;
  namespace: string | undefined;
  kind: string;
  scope: { labelSelector?: string; fieldSelector?: string };
  view: Partial<Pick<TableView, 'filter' | 'sort' | 'wide' | 'faults' | 'argument' | 'of'>>;
}

/** @throws KctlError `usage` for what is no address */
export function parseAddress(text: string): Address {
  const match = /^kctl:\/\/([^/?]+)\/([^/?]+)\/([^/?]+)(?:\?(.*))?$/.exec(text.trim());
  if (!match) {
    throw new KctlError('usage', `"${text}" is no address of a view`, {
      hint: 'An address looks like kctl://CONTEXT/NAMESPACE/KIND?filter=web.',
    });
  }
  const [context, namespace, kind] = match.slice(1, 4).map(decoded) as [string, string, string];
  const query = new URLSearchParams(match[4] ?? '');
  const [labels, fields, filter, sort] = ['labels', 'fields', 'filter', 'sort'].map((name) => query.get(name));
  return {
    context: context === '-' ? undefined : context,
    namespace: namespace === '-' ? undefined : namespace,
    kind,
    scope: { ...(labels && { labelSelector: labels }), ...(fields && { fieldSelector: fields }) },
    view: {
      filter: filter ?? '',
      ...(query.has('of') && { argument: query.get('of')!, of: query.get('of')! }),
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
