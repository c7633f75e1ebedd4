import type { KubeObject } from '../../api/meta.ts';
import { type Permission, type PolicyRule, ruleAllows } from '../../api/rbac.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { grantsOf } from '../shared/access/grants.ts';
import { type Access, type AccessScope, type Role, readAccess } from '../shared/access/read-access.ts';
import type { Asked, Said } from './explanation.ts';
import { shellWord } from './shell-word.ts';

/** What was refused, as the server words it (apiserver, `Forbidden` of the filters). */
export interface Refused {
  user: string;
  wanted: Permission;
  /** '' at the scope of the cluster. */
  namespace: string;
}

const RESOURCE =
  /User "(.*?)" cannot (\S+) resource "([^"]*)" in API group "([^"]*)" (?:in the namespace "([^"]*)"|at the cluster scope)/s;
const PATH = /User "(.*?)" cannot (\S+) path "([^"]*)"/s;
const NAME = /^\S+ "([^"]+)" is forbidden/;

export function readRefusal(message: string): Refused | undefined {
  const path = PATH.exec(message);
  if (path) return { user: path[1]!, wanted: { verb: path[2]!, path: path[3]! }, namespace: '' };
  const found = RESOURCE.exec(message);
  if (!found) return undefined;
  const [, user = '', verb = '', full = '', group = '', namespace = ''] = found;
  const [resource = '', subresource] = full.split('/');
  const name = NAME.exec(message)?.[1];
  return {
    user,
    wanted: { verb, group, resource, ...(subresource ? { subresource } : {}), ...(name ? { name } : {}) },
    namespace,
  };
}

/** Which role would have let one through, the narrowest first, and how it is given. */
export async function* explainForbidden(asked: Asked): AsyncGenerator<Said> {
  const refused = readRefusal(asked.status?.message ?? '');
  if (!refused) return;
  const { globals, signal, tool } = asked;
  const { user, namespace } = refused;
  // Who acts as somebody else looks with their own eyes.
  const cluster = await asked.connect('self');
  const scope: AccessScope = namespace === '' ? { in: 'cluster' } : { in: 'namespace', namespace };
  const [groups, access] = await Promise.all([
    globals.as ? undefined : groupsOf(cluster, signal),
    asked.once(`access ${namespace}`, () => readAccess(cluster, scope, signal)),
  ]);
  const who = globals.as ? `${user} (by --as)` : user;
  yield `You are ${who}${groups?.length ? `, of ${groups.join(', ')}` : ''}.`;
  const roles = candidates(access, refused);
  if (roles.length === 0) yield* withNewRole(refused, access, tool);
  else yield* withRole(roles, refused, tool);
  const givers = [...new Set(grantsOf(access, bindingRight(namespace)).flatMap(({ subject }) => giverName(subject)))];
  if (givers.length > 0) yield `Who may do that: ${givers.slice(0, 4).join(', ')}.`;
}

function* withRole(
  [narrowest, ...others]: readonly Role[],
  { user, wanted, namespace }: Refused,
  tool: string,
): Generator<Said> {
  const more = others.slice(0, 3).map(nameOf).join(', ');
  const rest = more ? `; so would ${more}, which allow more` : '';
  yield `${nameOf(narrowest!)} would allow it${rest}. Somebody who may write bindings can give it:`;
  yield { command: bindCommand(narrowest!, { user, wanted, namespace }, tool) };
}

/** The rule that is needed, as the commands that make it. */
function* withNewRole(refused: Refused, { missing }: Access, tool: string): Generator<Said> {
  const { wanted, namespace } = refused;
  yield missing.length > 0
    ? `Which role would allow it you may not read (${missing.join(', ')}). The rule it takes:`
    : 'No role is for this, but such as allow everything. Somebody who may write roles and bindings can give it:';
  const kind = namespace === '' ? 'clusterrole' : 'role';
  const where = namespace === '' ? '' : ` -n ${namespace}`;
  const name = roleName(wanted);
  const { verb, group, resource, subresource, path } = wanted;
  const what =
    path === undefined
      ? `--resource=${resource}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`
      : `--non-resource-url=${shellWord(path)}`;
  yield { command: `${tool} create ${kind} ${name} --verb=${verb} ${what}${where}` };
  const role: Role = { kind: kind === 'role' ? 'Role' : 'ClusterRole', name, rules: [] };
  yield { command: bindCommand(role, refused, tool) };
}

function roleName({ verb, resource = 'paths', subresource }: Permission): string {
  const name = [resource, subresource, verb].filter(Boolean).join('-');
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'role'
  );
}

const nameOf = ({ kind, name }: Role): string => `${kind} ${name}`;

/** `kctl create rolebinding ...`: in the namespace where that is enough. */
function bindCommand(role: Role, { user, namespace }: Refused, tool: string): string {
  const kind = namespace === '' ? 'clusterrolebinding' : 'rolebinding';
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  const subject = account ? `--serviceaccount=${account[1]}:${account[2]}` : `--user=${shellWord(user)}`;
  const who =
    (account?.[2] ?? user)
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'user';
  const where = namespace === '' ? '' : ` -n ${namespace}`;
  return `${tool} create ${kind} ${who}-${role.name.replaceAll(':', '-')} --${role.kind.toLowerCase()}=${role.name} ${subject}${where}`;
}

/**
 * Roles that allow it, the narrowest first; those of Kubernetes itself are for its own parts, and nobody is to be given
 * the whole cluster for one thing.
 */
export function candidates({ roles }: Access, { wanted, namespace }: Refused): Role[] {
  return roles
    .filter(({ kind, name }) => !name.startsWith('system:') && (namespace !== '' || kind === 'ClusterRole'))
    .filter(({ rules }) => rules.some((rule) => ruleAllows(rule, wanted)) && !rules.some(isEverything))
    .map((role) => ({ role, breadth: role.rules.reduce((sum, rule) => sum + breadthOf(rule), 0) }))
    .sort((a, b) => a.breadth - b.breadth || (a.role.kind === 'Role' ? -1 : 1))
    .map(({ role }) => role);
}

const isEverything = ({ verbs, resources = [], apiGroups = [] }: PolicyRule): boolean =>
  [verbs, resources, apiGroups].every((values) => values.includes('*'));

/** What `*` counts for: more than any list. */
const EVERYTHING = 1_000;

function breadthOf({
  verbs,
  resources = [],
  apiGroups = [],
  resourceNames = [],
  nonResourceURLs = [],
}: PolicyRule): number {
  const count = (values: readonly string[]) => (values.includes('*') ? EVERYTHING : values.length);
  const named = resourceNames.length > 0 ? 0.1 : 1;
  return count(verbs) * (count(resources) * Math.max(1, count(apiGroups)) * named + count(nonResourceURLs));
}

const bindingRight = (namespace: string): Permission => ({
  ...{ verb: 'create', group: 'rbac.authorization.k8s.io' },
  resource: namespace === '' ? 'clusterrolebindings' : 'rolebindings',
});

/** Controllers may, too, and nobody can ask them. */
function giverName({ kind, name, namespace }: { kind: string; name: string; namespace?: string }): string[] {
  if (namespace === 'kube-system' || (kind === 'User' && name.startsWith('system:'))) return [];
  return [namespace === undefined ? `${kind.toLowerCase()} ${name}` : `service account ${namespace}/${name}`];
}

/** The groups that the server counts one to; those that everybody is in say nothing. */
async function groupsOf({ transport }: Cluster, signal: AbortSignal): Promise<string[]> {
  const apiVersion = 'authentication.k8s.io/v1';
  const body = JSON.stringify({ apiVersion, kind: 'SelfSubjectReview' });
  try {
    const path = `/apis/${apiVersion}/selfsubjectreviews`;
    const { status } = await transport.json<KubeObject>({ method: 'POST', path, body, signal });
    const groups: string[] = status?.userInfo?.groups ?? [];
    return groups.filter((group) => group !== 'system:authenticated');
  } catch {
    return [];
  }
}
