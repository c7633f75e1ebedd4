import type { KubeObject } from '../meta.ts';
import { keptObject } from './kept-object.ts';

/** Metadata that the server keeps; nobody puts it back. */
const ofServer: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Annotations in which controllers count and remember; they may change between two reads. */
const ofControllers: ReadonlySet<string> = new Set([
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'pv.kubernetes.io/bind-completed',
  'pv.kubernetes.io/bound-by-controller',
  'volume.kubernetes.io/selected-node',
]);

/** The fields of an object that are its writers', which is what a change is looked for in. */
export function ownFields(object: KubeObject, subresource: string | undefined): KubeObject {
  const { metadata, ...rest } = keptObject(object, subresource, true);
  const { annotations, ...others } = metadata;
  const kept = Object.fromEntries(Object.entries(others).filter(([field]) => !ofServer.has(field)));
  const notes = Object.entries(annotations ?? {}).filter(([key]) => !ofControllers.has(key));
  // A scale of none is written by leaving the number out.
  if (subresource === 'scale') rest['spec'] = { ...rest['spec'], replicas: rest['spec']?.replicas ?? 0 };
  return {
    ...rest,
    metadata: { ...kept, ...(notes.length > 0 && { annotations: Object.fromEntries(notes) }) },
  } as KubeObject;
}
