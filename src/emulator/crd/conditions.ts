import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';
import { trackManagers } from '../registry/facts.ts';
import { type Machine, SYSTEM_USER } from '../registry/machine.ts';

export const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io';

export interface DefinitionCondition {
  type: 'NamesAccepted' | 'Established' | 'Terminating' | 'KubernetesAPIApprovalPolicyConformant';
  status: 'True' | 'False';
  reason: string;
  message: string;
}

/** Writes conditions (and what else of the status is given) where they say something new. */
export function writeStatus(
  machine: Machine,
  definition: KubeObject,
  wanted: readonly DefinitionCondition[],
  more: Record<string, unknown> = {},
): void {
  const now = timestamp(machine.clock);
  const conditions = deepCopy((definition.status?.conditions ?? []) as Record<string, unknown>[]);
  for (const condition of wanted) {
    const at = conditions.findIndex((one) => one.type === condition.type);
    const was = conditions[at];
    const lastTransitionTime = was?.status === condition.status ? was.lastTransitionTime : now;
    const next = { ...condition, lastTransitionTime };
    if (at < 0) conditions.push(next);
    else conditions[at] = next;
  }
  const status = { ...definition.status, ...more, conditions };
  if (jsonEqual(status, definition.status)) return;
  const written: KubeObject = { ...definition, metadata: { ...definition.metadata }, status };
  const resource = machine.catalog.named(DEFINITIONS);
  if (resource) {
    const options = { user: SYSTEM_USER, manager: 'kube-apiserver', subresource: 'status' };
    trackManagers(machine, resource, definition, written, options);
  }
  machine.store.put(DEFINITIONS, written);
}
