import type { KubeObject, TableColumn } from '../../../api/meta.ts';
import type { PolicyRule } from '../../../api/rbac.ts';
import type { KindWish, LiveKinds } from '../pages/live-kinds.ts';
import { type DerivedRow, derivedTable } from './derived-table.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const accessResource = localResource('access', 'access', 'Access');

/** Somebody whom RBAC gives rights. */
export interface Subject {
  kind: 'User' | 'Group' | 'ServiceAccount';
  name: string;
  namespace?: string;
}

interface Binding {
  subjects: readonly Subject[];
  role: { kind: string; name: string };
}

/** `u:jane`, `g:devs`, `s:shop:runner` as k9s has them; undefined for anything else. */
export function readSubject(text: string): Subject | undefined {
  const [, sign, rest = ''] = /^([ugs]):(.+)$/.exec(text) ?? [];
  if (sign === 'u') return { kind: 'User', name: rest };
  if (sign === 'g') return { kind: 'Group', name: rest };
  const [, namespace, name] = /^([^:]+):(.+)$/.exec(sign === 's' ? rest : '') ?? [];
  return namespace !== undefined && name !== undefined ? { kind: 'ServiceAccount', name, namespace } : undefined;
}

export function subjectText({ kind, name, namespace }: Subject): string {
  return kind === 'ServiceAccount' ? `s:${namespace}:${name}` : `${kind === 'User' ? 'u' : 'g'}:${name}`;
}

/** The groups that somebody is in by what he is (authentication, `user.AllAuthenticated` and service accounts). */
function groupsOf({ kind, name, namespace }: Subject): readonly string[] {
  if (kind === 'ServiceAccount') {
    return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
  }
  if (kind === 'Group') return [];
  return [name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'];
}

function isMeant(subject: Subject, wanted: Subject): boolean {
  if (subject.kind === 'Group') {
    return wanted.kind === 'Group' ? subject.name === wanted.name : groupsOf(wanted).includes(subject.name);
  }
  const isUserName =
    subject.kind === 'User' &&
    wanted.kind === 'ServiceAccount' &&
    subject.name === `system:serviceaccount:${wanted.namespace}:${wanted.name}`;
  const isSame = subject.kind === wanted.kind && subject.name === wanted.name;
  return isUserName || (isSame && (subject.kind === 'User' || subject.namespace === wanted.namespace));
}

const bindingOf = ({ subjects, roleRef }: KubeObject): Binding => ({ subjects: subjects ?? [], role: roleRef });
const rulesOf = ({ rules }: KubeObject): readonly PolicyRule[] => rules ?? [];
const group = 'rbac.authorization.k8s.io';

/** Bindings, and who is bound. */
export const bindingWishes: readonly KindWish[] = [
  { kind: `clusterrolebindings.${group}`, scope: {}, keep: bindingOf },
  { kind: `rolebindings.${group}`, scope: {}, keep: bindingOf, optional: true },
];

const wishes: readonly KindWish[] = [
  ...bindingWishes,
  { kind: `clusterroles.${group}`, scope: {}, keep: rulesOf },
  { kind: `roles.${group}`, scope: {}, keep: rulesOf, optional: true },
];

/** Every binding with the namespace that it holds in; undefined is the whole cluster. */
export function bindingsOf(live: LiveKinds): { namespace: string | undefined; name: string; binding: Binding }[] {
  return bindingWishes.flatMap(({ kind }) =>
    [...live.items(kind).values()].map(({ namespace, name, value }) => ({
      namespace,
      name,
      binding: value as Binding,
    })),
  );
}

const verbs: Readonly<Record<string, string>> = {
  get: 'Get',
  list: 'List',
  watch: 'Watch',
  create: 'Create',
  patch: 'Patch',
  update: 'Update',
  delete: 'Delete',
  deletecollection: 'Del-All',
};

const accessColumns: TableColumn[] = namedColumns(
  ...['Name', 'Group', 'Where', ...Object.values(verbs), 'Others', 'Only', 'Through'],
);

interface Allowed {
  what: string;
  group: string;
  where: string;
  only: string;
  verbs: Set<string>;
  through: Set<string>;
}

/** What somebody may do, in every place, by all bindings together: a row for each resource, a column for each verb. */
function accessRows(live: LiveKinds, wanted: Subject): DerivedRow[] {
  const allowed = new Map<string, Allowed>();
  for (const { namespace, name, binding } of bindingsOf(live)) {
    if (!binding.subjects.some((subject) => isMeant(subject, wanted))) continue;
    const { kind, name: role } = binding.role;
    const found =
      kind === 'ClusterRole'
        ? live.items(`clusterroles.${group}`).get(role)
        : live.items(`roles.${group}`).get(`${namespace}/${role}`);
    for (const rule of (found?.value ?? []) as readonly PolicyRule[]) {
      const only = (rule.resourceNames ?? []).join(',');
      const things = [
        ...(rule.apiGroups ?? []).flatMap((of) => (rule.resources ?? []).map((what) => [what, of] as const)),
        ...(rule.nonResourceURLs ?? []).map((path) => [path, ''] as const),
      ];
      for (const [what, of] of things) {
        const key = JSON.stringify([what, of, namespace, only]);
        const known = allowed.get(key) ?? {
          ...{ what, group: of, where: namespace ?? 'everywhere', only },
          ...{ verbs: new Set<string>(), through: new Set<string>() },
        };
        for (const verb of rule.verbs) known.verbs.add(verb);
        known.through.add(name);
        allowed.set(key, known);
      }
    }
  }
  return [...allowed].map(([id, one]) => {
    const all = one.verbs.has('*');
    const others = [...one.verbs].filter((verb) => verb !== '*' && !Object.hasOwn(verbs, verb));
    const matrix = Object.keys(verbs).map((verb) => (all || one.verbs.has(verb) ? 'yes' : '-'));
    const rest = [all ? '*' : others.join(','), one.only, [...one.through].join(',')];
    return { id, cells: [one.what, one.group, one.where, ...matrix, ...rest] };
  });
}

/** `:can u:jane`: what somebody may do. */
export const accessTable: LocalTable = {
  resource: accessResource,
  open(services, { argument = '' }) {
    const wanted = readSubject(argument);
    return (
      wanted &&
      derivedTable(services, { columns: accessColumns, kinds: wishes, rows: (live) => accessRows(live, wanted) })
    );
  },
  // A right is no object that could be described: there is nothing behind it.
  enter: () => undefined,
};
