import type { KubeObject } from '../../api/meta.ts';
import { deepCopy } from './copy.ts';

interface Container {
  name: string;
  resources?: unknown;
  resizePolicy?: unknown;
}

const LISTS = ['containers', 'initContainers'] as const;

/** Sets what a subresource writes of `object` in `kept`, a copy of what is stored. By subresource of pods. */
const parts: Readonly<Record<string, (kept: KubeObject, object: KubeObject) => void>> = {
  ephemeralcontainers: (kept, { spec }) => {
    if (spec?.ephemeralContainers) kept.spec.ephemeralContainers = spec.ephemeralContainers;
    else delete kept.spec.ephemeralContainers;
  },
  resize: (kept, { spec }) => {
    if (spec?.resources === undefined) delete kept.spec.resources;
    else kept.spec.resources = spec.resources;
    for (const list of LISTS) {
      const now = (kept.spec[list] ?? []) as Container[];
      const wanted = (spec?.[list] ?? []) as Container[];
      // Who adds, takes away or renames is told so by validation.
      if (now.length !== wanted.length || now.some(({ name }, at) => wanted[at]!.name !== name)) {
        kept.spec[list] = spec?.[list];
        continue;
      }
      for (const [at, { resources, resizePolicy }] of wanted.entries()) {
        now[at]!.resources = resources ?? {};
        if (resizePolicy) now[at]!.resizePolicy = resizePolicy;
        else delete now[at]!.resizePolicy;
      }
    }
  },
};

/** The first address is told twice; where the two differ, the older field is meant. */
function completeAddresses(status: { podIP?: string; podIPs?: { ip?: string }[] | null }): void {
  const { podIP, podIPs } = status;
  const first = Array.isArray(podIPs) ? podIPs[0] : undefined;
  if (podIP && podIP !== first?.ip) status.podIPs = [{ ip: podIP }];
  else if (!podIP && first?.ip) status.podIP = first.ip;
}

interface Condition {
  type: string;
  observedGeneration?: number;
}

/**
 * What a pod's status says twice, and what it keeps where a client is silent: the class, and the generations
 * that were observed. Source: Kubernetes pkg/registry/core/pod/strategy.go, preserveOldObservedGeneration.
 */
function completeStatus(object: KubeObject, existing: KubeObject): void {
  const { qosClass, observedGeneration, conditions: old = [] } = existing.status ?? {};
  const status = { ...object.status };
  completeAddresses(status);
  if (!existing.status?.nodeAllocatableResourceClaimStatuses) delete status.nodeAllocatableResourceClaimStatuses;
  if (qosClass) status.qosClass ||= qosClass;
  if (observedGeneration) status.observedGeneration ||= observedGeneration;
  const left = [...(old as Condition[])];
  for (const condition of Array.isArray(status.conditions) ? (status.conditions as Condition[]) : []) {
    const at = left.findIndex((one) => one.type === condition?.type);
    const [before] = at < 0 ? [] : left.splice(at, 1);
    if (before?.observedGeneration) condition.observedGeneration ||= before.observedGeneration;
  }
  object.status = status;
}

/**
 * The pod that a write of one of its parts makes: what is stored, but for that part.
 * Source: Kubernetes pkg/registry/core/pod/strategy.go, dropNonEphemeralContainerUpdates and dropNonResizeUpdates.
 */
export function onlyPart(object: KubeObject, existing: KubeObject, subresource: string | undefined): KubeObject {
  if (existing.kind === 'Pod' && subresource === 'status') completeStatus(object, existing);
  const set = existing.kind === 'Pod' && subresource ? parts[subresource] : undefined;
  if (!set) return object;
  const kept = deepCopy(existing);
  const { name, namespace, uid, resourceVersion, managedFields } = object.metadata;
  const said = Object.entries({ namespace, uid, resourceVersion, managedFields }).filter(([, value]) => value);
  kept.metadata = { ...kept.metadata, ...Object.fromEntries(said) };
  if (name) kept.metadata.name = name;
  else delete (kept.metadata as { name?: string }).name;
  set(kept, object);
  return kept;
}
