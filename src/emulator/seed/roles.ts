import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ApiClient, Lister } from '../client.ts';
import { clusterRoleBindings, clusterRoles } from './roles/cluster-roles.ts';
import { controllerRoles } from './roles/controller-roles.ts';
import { namespaceRoleBindings, namespaceRoles } from './roles/namespace-roles.ts';

/**
 * The roles and bindings every cluster has, from tables of text. A line that is not indented begins an
 * object: `[namespace/]name`, for a role `>admin` where the role `admin` takes over its rules and
 * `<admin` where it is the one that does, for a binding `= Kind/name` where it gives another role than
 * the one of its own name. Indented lines are rules, `verbs resources groups [names]` (`core` is the group
 * without a name) or `verbs /paths`, and subjects, `user|group|account name`. `/*any` is every path.
 */
const RBAC = 'rbac.authorization.k8s.io';
const GROUP_VERSION = `${RBAC}/v1`;
const AGGREGATE = `${RBAC}/aggregate-to-`;

type Seeded = readonly [resource: string, object: KubeObject];

interface Entry {
  namespace: string | undefined;
  name: string;
  marks: string[];
  lines: string[];
}

function parse(table: string): Entry[] {
  const entries: Entry[] = [];
  for (const line of table.split('\n')) {
    if (line === '') continue;
    if (line.startsWith(' ')) {
      entries.at(-1)!.lines.push(line.slice(1));
      continue;
    }
    const [path = '', ...marks] = line.split(' ');
    const [name = '', namespace] = path.split('/').reverse();
    entries.push({ namespace, name, marks, lines: [] });
  }
  return entries;
}

const metadataOf = ({ namespace, name }: Entry, labels: Record<string, string> = {}) => ({
  name,
  ...(namespace ? { namespace } : {}),
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  annotations: { [`rbac.authorization.kubernetes.io/autoupdate`]: 'true' },
});

function policyRule(line: string): Record<string, string[]> {
  const [verbs = '', what = '', groups = '', names] = line.split(' ');
  if (what.startsWith('/')) {
    return { nonResourceURLs: what === '/*any' ? ['*'] : what.split(','), verbs: verbs.split(',') };
  }
  return {
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    ...(names ? { resourceNames: names.split(',') } : {}),
    resources: what.split(','),
    verbs: verbs.split(','),
  };
}

function role(entry: Entry): Seeded {
  const marked = (mark: string) => entry.marks.filter((one) => one.startsWith(mark)).map((one) => one.slice(1));
  const labels = Object.fromEntries(marked('>').map((name) => [AGGREGATE + name, 'true']));
  const selectors = marked('<').map((name) => ({ matchLabels: { [AGGREGATE + name]: 'true' } }));
  const kind = entry.namespace ? 'Role' : 'ClusterRole';
  const object: KubeObject = { apiVersion: GROUP_VERSION, kind, metadata: metadataOf(entry, labels) };
  if (selectors.length > 0) object.aggregationRule = { clusterRoleSelectors: selectors };
  else object.rules = entry.lines.map(policyRule);
  return [`${kind.toLowerCase()}s.${RBAC}`, object];
}

const subjects: Readonly<Record<string, (name: string) => Record<string, string>>> = {
  user: (name) => ({ apiGroup: RBAC, kind: 'User', name }),
  group: (name) => ({ apiGroup: RBAC, kind: 'Group', name }),
  account: (path) => {
    const [namespace = '', name = ''] = path.split('/');
    return { kind: 'ServiceAccount', name, namespace };
  },
};

function binding(entry: Entry): Seeded {
  const kind = entry.namespace ? 'RoleBinding' : 'ClusterRoleBinding';
  const own = `${entry.namespace ? 'Role' : 'ClusterRole'}/${entry.name}`;
  const [roleKind = '', name = ''] = (entry.marks[1] ?? own).split('/');
  const object: KubeObject = {
    apiVersion: GROUP_VERSION,
    kind,
    metadata: metadataOf(entry),
    roleRef: { apiGroup: RBAC, kind: roleKind, name },
    subjects: entry.lines.map((line) => {
      const [type = '', who = ''] = line.split(' ');
      return subjects[type]!(who);
    }),
  };
  return [`${kind.toLowerCase()}s.${RBAC}`, object];
}

/** Each controller has the role of its name as the account of its name. */
function controllerBinding(entry: Entry): Seeded {
  return binding({ ...entry, lines: [`account kube-system/${entry.name.replace('system:controller:', '')}`] });
}

/** Roles first, so that a binding never names one that is not there. */
export function roleObjects(): Seeded[] {
  const controllers = parse(controllerRoles);
  return [
    ...[...parse(clusterRoles), ...controllers, ...parse(namespaceRoles)].map(role),
    ...[...parse(clusterRoleBindings), ...parse(namespaceRoleBindings)].map(binding),
    ...controllers.map(controllerBinding),
  ];
}

/**
 * Brings the default roles of a cluster that another version of this program made to today's: what is
 * missing comes, and a role that now collects its rules from others begins to (registry/rbac/rest,
 * the `rbac/bootstrap-roles` hook). Those marked `autoupdate: "false"` stay as they are.
 */
export async function reconcileRoles(client: ApiClient, lister: Lister): Promise<void> {
  for (const [resource, object] of roleObjects()) {
    const stored = lister.get(resource, object.metadata.namespace, object.metadata.name!);
    const keeps = stored?.metadata.annotations?.['rbac.authorization.kubernetes.io/autoupdate'] === 'false';
    if (keeps || (stored && Boolean(stored['aggregationRule']) === Boolean(object.aggregationRule))) continue;
    try {
      if (!stored) await client.create(resource, object);
      else {
        const labels = { ...stored.metadata.labels, ...object.metadata.labels };
        await client.update(resource, { ...stored, ...object, metadata: { ...stored.metadata, labels } });
      }
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error;
    }
  }
}
