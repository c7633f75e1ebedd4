import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { conflict, notFound } from '../errors.ts';
import { deepCopy } from './copy.ts';
import type { Machine, WriteOptions } from './machine.ts';

interface Condition {
  type: string;
  status: string;
  [field: string]: unknown;
}

/** Sets (or adds) one condition; `lastTransitionTime` moves only when the status does. */
export function setCondition(object: KubeObject, condition: Condition, now: string): void {
  object.status ??= {};
  object.status.conditions ??= [];
  const conditions = object.status.conditions as Condition[];
  const at = conditions.findIndex((one) => one.type === condition.type);
  const was = conditions[at];
  const lastTransitionTime = was?.status === condition.status ? (was.lastTransitionTime ?? now) : now;
  const next = { lastProbeTime: null, lastTransitionTime, ...condition };
  if (at < 0) conditions.push(next);
  else conditions[at] = next;
}

/**
 * Gives a pod to a node, once.
 * @throws ApiStatusError 404; 409 when it has a node or is going
 */
export function bindPod(
  machine: Machine,
  namespace: string,
  name: string,
  node: string,
  options: Pick<WriteOptions, 'dryRun'>,
): void {
  const resource = machine.catalog.named('pods')!;
  const existing = machine.store.get('pods', namespace, name);
  if (!existing) throw notFound(resource, name);
  const subject = { group: '', plural: 'pods/binding' };
  if (existing.metadata.deletionTimestamp) {
    throw conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  const bound = existing.spec?.nodeName as string | undefined;
  if (bound) throw conflict(subject, name, `pod ${name} is already assigned to node ${JSON.stringify(bound)}`);
  const pod = deepCopy(existing);
  pod.spec.nodeName = node;
  setCondition(pod, { type: 'PodScheduled', status: 'True' }, timestamp(machine.clock));
  if (!options.dryRun) machine.store.put('pods', pod);
}
