import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import type { MakeRequest } from './creation.ts';

/** `deployments.apps/scale` taken apart. */
interface RuleResource {
  group: string;
  resource: string;
  subresource: string;
}

/** What one rule of a role says, doubled words left out. */
export interface RuleWords {
  verbs: readonly string[];
  resources: readonly RuleResource[];
  names: readonly string[];
}

export const ruleFlags: readonly FlagSpec[] = [
  { name: 'resource', type: 'stringSlice', default: [], describe: 'RESOURCE[.GROUP][/SUBRESOURCE] that it is about.' },
  {
    name: 'resource-name',
    type: 'stringArray',
    default: [],
    describe: 'Only the object of this name; may be repeated.',
  },
  { name: 'verb', type: 'stringSlice', default: [], describe: 'What may be done: get, list, watch, ...' },
];

const standardVerbs = new Set(
  '* get delete list create update patch watch proxy deletecollection use bind escalate impersonate'.split(' '),
);

/** Verbs that mean something for these resources only, `resource.group` each. */
const specialVerbs: Readonly<Record<string, readonly string[]>> = {
  use: ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  bind: ['roles.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io'],
  escalate: ['roles.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io'],
  impersonate: ['users.', 'serviceaccounts.', 'groups.', 'userextras.authentication.k8s.io'],
};

/** `*` alone stands for everything: what else was named is dropped. */
export function readRule(flags: FlagValues): RuleWords {
  const verbs = unique(flags.verb as readonly string[]);
  const resources: RuleResource[] = [];
  for (const text of flags.resource as readonly string[]) {
    if (text === '*') {
      resources.splice(0, resources.length, { group: '', resource: '*', subresource: '' });
      break;
    }
    const [type, subresource] = cut(text, '/');
    const [resource, group] = cut(type, '.');
    resources.push({ group, resource, subresource });
  }
  return {
    verbs: verbs.includes('*') ? ['*'] : verbs,
    resources,
    names: unique(flags['resource-name'] as readonly string[]),
  };
}

export const unique = (words: readonly string[]): string[] => [...new Set(words)];

function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Warns of verbs that no server asks for, and refuses resources that there are not. @throws KctlError */
export async function checkRule({ verbs, resources }: RuleWords, request: MakeRequest): Promise<void> {
  for (const verb of verbs) {
    if (!standardVerbs.has(verb)) {
      request.context.io.stderr.write(`Warning: '${verb}' is not a standard resource verb\n`);
    }
  }
  if (resources.length === 0) throw new KctlError('usage', 'at least one resource must be specified');
  for (const one of resources) {
    if (one.resource === '') {
      throw new KctlError('usage', 'resource must be specified if apiGroup/subresource specified');
    }
    if (one.resource === '*') return;
    await checkResource(one, verbs, request.cluster);
  }
}

async function checkResource(one: RuleResource, verbs: readonly string[], cluster: Cluster): Promise<void> {
  const found = await lookUp(one, cluster);
  const { resource, group } = 'error' in found ? one : found;
  let isSpecial = false;
  for (const verb of verbs) {
    const about = Object.hasOwn(specialVerbs, verb) ? specialVerbs[verb] : undefined;
    if (!about) continue;
    if (!about.includes(`${resource}.${group}`)) {
      throw new KctlError('usage', `can not perform '${verb}' on '${resource}' in group '${group}'`);
    }
    isSpecial = true;
  }
  if ('error' in found && !isSpecial) throw found.error;
}

/** The resource as the server calls it; what it does not know stays as it was written. */
async function lookUp(
  { resource, group }: RuleResource,
  cluster: Cluster,
): Promise<{ resource: string; group: string } | { error: KctlError }> {
  try {
    const found = await cluster.discovery.resolve(group === '' ? resource : `${resource}.${group}`);
    return { resource: found.plural, group: found.group };
  } catch (error) {
    if (!(error instanceof KctlError) || error.code === 'connection' || error.code === 'auth') throw error;
    const where = group === '' ? '' : ` in group ${JSON.stringify(group)}`;
    const message = `the server doesn't have a resource type ${JSON.stringify(resource)}${where}`;
    return { error: new KctlError('input', message, { prefix: '', cause: error }) };
  }
}

/** A rule for each group, groups in order, and one for paths that are no resources. */
export async function policyRules(
  { verbs, resources, names }: RuleWords,
  paths: readonly string[],
  cluster: Cluster,
): Promise<object[]> {
  const byGroup = new Map<string, string[]>();
  for (const one of resources) {
    const found = await lookUp(one, cluster);
    const { resource, group } = 'error' in found ? one : found;
    const name = one.subresource === '' ? resource : `${resource}/${one.subresource}`;
    byGroup.set(group, unique([...(byGroup.get(group) ?? []), name]));
  }
  const rules: object[] = [...byGroup]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, members]) => ({ verbs, apiGroups: [group], resources: members, resourceNames: names }));
  return paths.length === 0 ? rules : [...rules, { verbs, nonResourceURLs: paths }];
}
