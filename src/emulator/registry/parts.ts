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
    if (spec?.resources !== undefined) kept.spec.resources = spec.resources;
    for (const list of LISTS) {
      const now = (kept.spec[list] ?? []) as Container[];
      const wanted = (spec?.[list] ?? []) as Container[];
      // Who adds, takes away or renames is told so by validation.
      if (now.length !== wanted.length || now.some(({ name }, at) => wanted[at]!.name !== name)) {
        kept.spec[list] = spec?.[list];
        continue;
      }
      for (const [at, { resources, resizePolicy }] of wanted.entries()) {
        Object.assign(now[at]!, resources ? { resources } : {}, resizePolicy ? { resizePolicy } : {});
      }
    }
  },
};

/** What a pod's status says twice, or cannot change. */
function completeStatus(object: KubeObject, existing: KubeObject): void {
  const { podIP, podIPs } = object.status ?? {};
  const { qosClass } = existing.status ?? {};
  object.status = {
    ...object.status,
    ...(podIP && !podIPs ? { podIPs: [{ ip: podIP }] } : {}),
    ...(qosClass ? { qosClass } : {}),
  };
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
