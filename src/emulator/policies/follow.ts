import type { KubeObject } from '../../api/meta.ts';
import type { Machine } from '../registry/machine.ts';

const POLICIES = 'validatingadmissionpolicies.admissionregistration.k8s.io';

/**
 * Says in the status of each validating policy which generation was looked at, and what of its
 * expressions does not fit the types they are about (validatingadmissionpolicy-status-controller).
 * @returns the stop
 */
export function followPolicies(machine: Machine): () => void {
  const look = async (name: string): Promise<void> => {
    const { typeWarnings } = await import('./type-checking.ts');
    const policy = machine.store.get(POLICIES, undefined, name);
    if (!policy || policy.metadata.deletionTimestamp || isSeen(policy)) return;
    const warnings = typeWarnings(machine, policy);
    const typeChecking = warnings.length > 0 ? { expressionWarnings: warnings } : {};
    const status = { ...policy.status, observedGeneration: policy.metadata.generation, typeChecking };
    machine.store.put(POLICIES, { ...policy, metadata: { ...policy.metadata }, status });
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
