import type { KubeObject } from '../../api/meta.ts';
import { type Machine, SYSTEM_USER } from '../registry/machine.ts';

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/**
 * Says in the status of each validating policy which generation was looked at, and what of its
 * expressions does not fit the types they are about (validatingadmissionpolicy-status-controller).
 * @returns the stop
 */
export function followPolicies(machine: Machine): () => void {
  const look = async (name: string): Promise<void> => {
    const [{ typeWarnings }, { applyObject }] = await Promise.all([
      import('./type-checking.ts'),
      import('../registry/apply.ts'),
    ]);
    const policy = machine.store.get(POLICIES, undefined, name);
    if (!policy || policy.metadata.deletionTimestamp || isSeen(policy)) return;
    const warnings = typeWarnings(machine, policy);
    const typeChecking = warnings.length > 0 ? { expressionWarnings: warnings } : {};
    const { apiVersion, kind, metadata } = policy;
    const status = { observedGeneration: metadata.generation, typeChecking };
    const said: KubeObject = { apiVersion, kind, metadata: { name }, status };
    const options = { user: SYSTEM_USER, manager: 'validatingadmissionpolicy-status', subresource: 'status' };
    const resource = machine.catalog.named(POLICIES);
    if (resource) await applyObject(machine, resource, undefined, name, said, { ...options, force: true });
  };
  // Written after the change that it is about has been told to everybody.
  const lookSoon = (policy: KubeObject): void => {
    if (!isSeen(policy)) machine.clock.after(0, () => void look(policy.metadata.name ?? ''));
  };
  for (const policy of machine.store.list(POLICIES)) lookSoon(policy);
  return machine.store.subscribe(POLICIES, ({ type, object }) => {
    if (type !== 'DELETED') lookSoon(object);
  });
}

const isSeen = ({ metadata, status }: KubeObject): boolean => status?.observedGeneration === metadata.generation;
