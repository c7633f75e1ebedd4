import type { Permission } from '../../api/rbac.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { grantsOf } from '../shared/access/grants.ts';
import { type Access, type AccessScope, type Role, readAccess } from '../shared/access/read-access.ts';
import type { Asked, Said } from './explanation.ts';
import { candidates } from './narrowest-role.ts';
import { EVERYBODY, groupsOf, placesOf } from './own-grants.ts';
import { type Refused, readRefusal } from './refusal.ts';

/** Which role would have let one through, the narrowest first, and how it is given. */
export async function* explainForbidden(asked: Asked): AsyncGenerator<Said> {
  const refused = readRefusal(asked.status?.message ?? '');
  if (!refused) return;
  const { globals, signal, tool } = asked;
  const { user, namespace } = refused;
  // Who acts as somebody else looks with their own eyes.
  const cluster = await asked.connect('self');
  const scope: AccessScope = namespace === '' ? { in: 'cluster' } : { in: 'namespace', namespace };
  const reading = asked.once(`access ${namespace}`, () => readAccess(cluster, scope, signal));
  const everywhere =
    namespace === '' ? undefined : asked.once('access', () => readAccess(cluster, { in: 'namespaces' }, signal));
  // Each is waited for in its turn; one that fails before that is no defect.
  for (const one of [reading, everywhere]) one?.catch(() => undefined);
  const groups = await groupsOf(asked, user, cluster);
  const named = groups.filter((group) => group !== EVERYBODY);
  yield `You are ${globals.as ? `${user} (by --as)` : user}${named.length > 0 ? `, of ${named.join(', ')}` : ''}.`;
  const access = await reading;
  const roles = candidates(access, refused);
  if (roles.length === 0) yield* withNewRole(refused, access, tool);
  else yield* withRole(roles, refused, tool);
  const givers = [...new Set(grantsOf(access, bindingRight(namespace)).flatMap(({ subject }) => giverName(subject)))];
  if (givers.length > 0) yield `Who may do that: ${givers.slice(0, 4).join(', ')}.`;
  const places = everywhere ? placesOf(await everywhere, refused, groups) : [];
  if (places.length === 0) return;
  const rest = places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more` : '';
  yield `You may do it in namespace ${places.slice(0, MOST_PLACES).join(', ')}${rest} (-n).`;
}

/** So many namespaces are named. */
const MOST_PLACES = 5;

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

const bindingRight = (namespace: string): Permission => ({
  ...{ verb: 'create', group: 'rbac.authorization.k8s.io' },
  resource: namespace === '' ? 'clusterrolebindings' : 'rolebindings',
});

/** Controllers may, too, and nobody can ask them. */
function giverName({ kind, name, namespace }: { kind: string; name: string; namespace?: string }): string[] {
  if (namespace === 'kube-system' || (kind === 'User' && name.startsWith('system:'))) return [];
  return [namespace === undefined ? `${kind.toLowerCase()} ${name}` : `service account ${namespace}/${name}`];
}
