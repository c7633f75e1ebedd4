import { type PolicyRule, ruleAllows } from '../../api/rbac.ts';
import type { Access, Role } from '../shared/access/read-access.ts';
import type { Refused } from './refusal.ts';

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
