import type { PolicyRule } from '../../api/rbac.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';
import { forbidden, notFound } from '../errors.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { decide, rulesFor, rulesOf } from '../server/authorize.ts';
import { groupsText, missingRules, ruleText } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = new Set([`roles.${GROUP}`, `clusterroles.${GROUP}`]);
const BINDINGS = new Set([`rolebindings.${GROUP}`, `clusterrolebindings.${GROUP}`]);

/**
 * Nobody grants what they do not have: who writes a role must hold its rules or the verb `escalate`, who
 * writes a binding those of the role or the verb `bind` (pkg/registry/rbac, the policy-based storages).
 */
export const escalationCheck: AdmissionPlugin = {
  name: 'RBACEscalation',
  admit(request) {
    const { storage } = request.resource;
    if (request.operation === 'DELETE' || request.subresource || request.user.groups.includes('system:masters')) return;
    if (!ROLES.has(storage) && !BINDINGS.has(storage)) return;
    if (isOnlyCollected(request)) return;
    if (ROLES.has(storage)) checkRole(request);
    else checkBinding(request);
  },
};

function checkRole(request: AdmissionRequest): void {
  const { object, resource, user, machine, namespace, name } = request;
  const asked = {
    verb: 'escalate',
    group: GROUP,
    resource: resource.plural,
    ...(namespace ? { namespace } : {}),
    name,
  };
  if (decide(machine.store, user, asked).allowed) return;
  confirm(request, (object['rules'] ?? []) as PolicyRule[]);
  if (object['aggregationRule'] || request.previous?.['aggregationRule']) {
    const all = missingRules(rulesFor(machine.store, user, undefined), [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ]);
    if (all.length > 0)
      throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
  }
}

function checkBinding(request: AdmissionRequest): void {
  const { object, user, machine, namespace } = request;
  const roleRef = object['roleRef'] as { kind: string; name: string } | undefined;
  if (!roleRef?.name) return;
  const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  const asked = {
    verb: 'bind',
    group: GROUP,
    resource: plural,
    name: roleRef.name,
    ...(namespace ? { namespace } : {}),
  };
  if (decide(machine.store, user, asked).allowed) return;
  const rules = rulesOf(machine.store, roleRef, namespace);
  if (!rules) throw notFound(request.resource, roleRef.name);
  confirm(request, rules);
}

/** What the garbage collector writes so that an object can go is no grant (registry/rbac, IsOnlyMutatingGCFields). */
function isOnlyCollected({ object, previous }: AdmissionRequest): boolean {
  if (!previous) return false;
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...metadata } = object.metadata;
  const { ownerReferences: _wo, finalizers: _wf, managedFields: _wm, ...was } = previous.metadata;
  return jsonEqual({ ...object, metadata }, { ...previous, metadata: was });
}

function confirm({ user, machine, namespace, resource, name }: AdmissionRequest, rules: readonly PolicyRule[]): void {
  const unresolved: string[] = [];
  const missing = missingRules(rulesFor(machine.store, user, namespace, unresolved), rules);
  if (missing.length === 0) return;
  const problems = unresolved.length > 0 ? `; resolution errors: [${unresolved.join(', ')}]` : '';
  const listed = missing.map(ruleText).sort().join('\n');
  throw forbidden(
    resource,
    name,
    `user ${JSON.stringify(user.name)} (groups=${groupsText(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${listed}${problems}`,
  );
}
