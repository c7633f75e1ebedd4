import type { KubeObject, TableRow } from '../../../api/meta.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

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

/** What an account may do by all bindings that name it, or a group that all accounts are in. */
async function rulesOfAccount(services: DashboardServices, { namespace = '', name }: ObjectRef): Promise<PolicyRule[]> {
  const { discovery } = services.cluster;
  const [own, everywhere] = await Promise.all([
    discovery.resolve('rolebindings.rbac.authorization.k8s.io'),
    discovery.resolve('clusterrolebindings.rbac.authorization.k8s.io'),
  ]);
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const isMeant = (subject: { kind: string; name: string; namespace?: string }) =>
    subject.kind === 'ServiceAccount'
      ? subject.name === name && subject.namespace === namespace
      : subject.kind === 'Group' && groups.includes(subject.name);
  const lists = await Promise.all([
    services.list(own, { namespace }).then((items) => items.map((item) => ({ item, resource: own }))),
    services.list(everywhere, {}).then((items) => items.map((item) => ({ item, resource: everywhere }))),
  ]);
  const bindings = lists.flat().filter(({ item }) => (item['subjects'] ?? []).some(isMeant));
  const roles = await Promise.all(
    bindings.map(({ item: { metadata }, resource }) =>
      // A binding may name a role that is not there yet; it grants nothing until then.
      roleOf(services, { resource, namespace: metadata.namespace, name: metadata.name ?? '' }).catch(() => undefined),
    ),
  );
  return roles.flatMap((role) => role?.['rules'] ?? []);
}

async function rulesOf(services: DashboardServices, parent: ObjectRef): Promise<PolicyRule[]> {
  if (parent.resource.kind === 'ServiceAccount') return rulesOfAccount(services, parent);
  return (await roleOf(services, parent))['rules'] ?? [];
}

/** The role that an object is or, for a binding, grants. */
async function roleOf(services: DashboardServices, { resource, namespace, name }: ObjectRef): Promise<KubeObject> {
  const object = await services.get(resource, namespace, name);
  if (!object['roleRef']) return object;
  const { kind, name: role } = object['roleRef'] as { kind: string; name: string };
  const isCluster = kind === 'ClusterRole';
  const of = await services.cluster.discovery.resolve(
    isCluster ? 'clusterroles.rbac.authorization.k8s.io' : 'roles.rbac.authorization.k8s.io',
  );
  return services.get(of, isCluster ? undefined : namespace, role);
}

/** Each thing that a rule is about on a row, with the verbs that are allowed on it. */
function ruleRows(rules: readonly PolicyRule[]): TableRow[] {
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
    return localRow(key, cells);
  });
}

/** What a role, the role of a binding, or all roles of an account allow: a row for each kind, a column for each verb. */
export const rulesTable: LocalTable = {
  resource: rulesResource,
  open: (services, { parent }) =>
    parent && {
      source: loadedSource(['Name', 'Group', ...verbs.map((verb) => titles[verb]), 'Others', 'Only'], async () =>
        ruleRows(await rulesOf(services, parent)),
      ),
      // A rule is no object: what is asked of it is asked of the role or binding.
      refOf: () => undefined,
    },
};
