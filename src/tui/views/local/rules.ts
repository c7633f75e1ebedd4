import type { KubeObject } from '../../../api/meta.ts';
import { groupResource } from '../../../api/resource.ts';
import { say } from '../../words/say.ts';
import type { KindWish, LiveKinds } from '../pages/live-kinds.ts';
import type { ObjectRef } from '../view.ts';
import { type DerivedRow, derivedTable } from './derived-table.ts';
import { columns, type LocalTable, localResource } from './local-table.ts';

export const rulesResource = localResource('rules', 'rule', 'Rule');

/** The verbs that have a column of their own; others stand in the last one. */
const verbs = ['get', 'list', 'watch', 'create', 'patch', 'update', 'delete', 'deletecollection'] as const;
const titles: Readonly<Record<(typeof verbs)[number], string>> = {
  get: 'Get',
  list: 'List',
  watch: 'Watch',
  create: 'Create',
  patch: 'Patch',
  update: 'Update',
  delete: 'Delete',
  deletecollection: 'Del-All',
};

interface PolicyRule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
  verbs?: string[];
}

const roleKinds: Readonly<Record<string, string>> = {
  Role: 'roles.rbac.authorization.k8s.io',
  ClusterRole: 'clusterroles.rbac.authorization.k8s.io',
};
const bindingKinds: readonly string[] = [
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
];

const rulesIn = (role: KubeObject): PolicyRule[] => role['rules'] ?? [];

/** What is followed to tell what `parent` allows: itself, and for bindings and accounts the roles that they may name. */
function followed({ resource, namespace, name }: ObjectRef): KindWish[] {
  const kind = groupResource(resource);
  const own = { scope: { ...(namespace && { namespace }), name } };
  if (kind === roleKinds['Role'] || kind === roleKinds['ClusterRole']) return [{ kind, ...own, keep: rulesIn }];
  const inNamespace = namespace ? { namespace } : {};
  const bindings = bindingKinds.includes(kind)
    ? [{ kind, ...own }]
    : bindingKinds.map((one) => ({ kind: one, scope: inNamespace }));
  const roles = Object.values(roleKinds).map((one) => ({
    kind: one,
    scope: inNamespace,
    optional: true,
    keep: rulesIn,
  }));
  return [...bindings, ...roles];
}

/** The bindings that name an account, or a group that all accounts are in. */
function isMeant({ namespace = '', name }: ObjectRef, binding: KubeObject): boolean {
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  return (binding['subjects'] ?? []).some((subject: { kind: string; name: string; namespace?: string }) =>
    subject.kind === 'ServiceAccount'
      ? subject.name === name && subject.namespace === namespace
      : subject.kind === 'Group' && groups.includes(subject.name),
  );
}

/** @returns the rules, and the roles that are named and not there: a binding to one grants nothing until it is */
function rulesOf(live: LiveKinds, parent: ObjectRef): { rules: PolicyRule[]; missing: string[] } {
  const kind = groupResource(parent.resource);
  const own = Object.values(roleKinds).find((one) => one === kind);
  if (own) return { rules: live.values<PolicyRule[]>(own).flat(), missing: [] };
  const bindings = bindingKinds
    .flatMap((one) => live.values<KubeObject>(one))
    .filter((binding) => bindingKinds.includes(kind) || isMeant(parent, binding));
  const found = bindings.map((binding) => {
    const { kind: type, name } = binding['roleRef'] as { kind: string; name: string };
    const key = type === 'ClusterRole' ? name : `${binding.metadata.namespace ?? ''}/${name}`;
    const rules = live.items(roleKinds[type] ?? '').get(key)?.value as PolicyRule[] | undefined;
    const isMissing = !rules && live.isKnown(roleKinds[type] ?? '');
    return { rules: rules ?? [], missing: isMissing ? [`${type} ${name}`] : [] };
  });
  return { rules: found.flatMap(({ rules }) => rules), missing: found.flatMap(({ missing }) => missing) };
}

/** Each thing that a rule is about on a row, with the verbs that are allowed on it. */
function ruleRows(rules: readonly PolicyRule[]): DerivedRow[] {
  const allowed = new Map<string, { group: string; only: string; verbs: Set<string> }>();
  const allow = (what: string, group: string, only: string, granted: readonly string[]) => {
    const key = JSON.stringify([what, group, only]);
    const known = allowed.get(key) ?? { group, only, verbs: new Set<string>() };
    for (const verb of granted) known.verbs.add(verb);
    allowed.set(key, known);
  };
  for (const rule of rules) {
    for (const url of rule.nonResourceURLs ?? []) allow(url, '', '', rule.verbs ?? []);
    for (const group of rule.apiGroups ?? []) {
      for (const one of rule.resources ?? []) allow(one, group, (rule.resourceNames ?? []).join(','), rule.verbs ?? []);
    }
  }
  return [...allowed].map(([key, { group, only, verbs: granted }]) => {
    const [what] = JSON.parse(key) as [string];
    const all = granted.has('*');
    const others = [...granted].filter((verb) => verb !== '*' && !(verbs as readonly string[]).includes(verb));
    const cells = [
      what,
      group,
      ...verbs.map((verb) => (all || granted.has(verb) ? 'yes' : '-')),
      all ? '*' : others.join(','),
      only,
    ];
    return { id: key, cells };
  });
}

/** What a role, the role of a binding, or all roles of an account allow: a row for each kind, a column for each verb; live. */
export const rulesTable: LocalTable = {
  resource: rulesResource,
  open(services, { parent }) {
    if (!parent) return undefined;
    let notes: string[] = [];
    const table = derivedTable(services, {
      columns: columns('Name', 'Group', ...verbs.map((verb) => titles[verb]), 'Others', 'Only'),
      kinds: followed(parent),
      rows(live) {
        const { rules, missing } = rulesOf(live, parent);
        const unread = live.refused();
        notes = [
          ...(missing.length > 0 ? [say('there is no {what}', { what: [...new Set(missing)].join(', ') })] : []),
          ...(unread.length > 0 ? [say('not readable: {kinds}', { kinds: unread.join(', ') })] : []),
        ];
        return ruleRows(rules);
      },
    });
    // A rule is no object: what is asked of it is asked of the role or binding.
    return { ...table, refOf: () => undefined, notes: () => notes };
  },
};
