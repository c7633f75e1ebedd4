import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { conflict, notFound } from '../errors.ts';
import { admitAndCheck } from './admit.ts';
import { deepCopy } from './copy.ts';
import type { AdmissionRequest, Machine, Outcome, WriteOptions } from './machine.ts';

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

const BINDING = { group: '', version: 'v1', kind: 'Binding' };

/**
 * Gives a pod to a node, once.
 * @param binding what the scheduler sent; its labels and annotations become the pod's
 * @throws ApiStatusError 404; 409 when it has a node, is held by gates or is going
 */
export function bindPod(
  machine: Machine,
  namespace: string,
  name: string,
  binding: KubeObject,
  options: WriteOptions,
): Outcome<void> {
  const request: AdmissionRequest = {
    operation: 'CREATE',
    resource: machine.catalog.named('pods')!,
    namespace,
    name,
    object: binding,
    previous: undefined,
    subresource: 'binding',
    kind: BINDING,
    options: options.request,
    dryRun: options.dryRun ?? false,
    user: options.user,
    warn: options.warn,
    machine,
  };
  return admitAndCheck(request, () => bindAdmitted(request));
}

/** The binding of a pod to a node, as a scheduler writes it. */
export const bindingTo = (namespace: string, name: string, node: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Binding',
  metadata: { name, namespace },
  target: { kind: 'Node', name: node },
});

function bindAdmitted({ machine, resource, namespace, name, object: binding, dryRun }: AdmissionRequest): void {
  const existing = machine.store.get('pods', namespace, name);
  if (!existing) throw notFound(resource, name);
  const subject = { group: '', plural: 'pods/binding' };
  if (existing.metadata.deletionTimestamp) {
    throw conflict(subject, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  }
  const bound = existing.spec?.nodeName as string | undefined;
  if (bound) throw conflict(subject, name, `pod ${name} is already assigned to node ${JSON.stringify(bound)}`);
  if (existing.spec?.schedulingGates?.length) {
    throw conflict(subject, name, `pod ${name} has non-empty .spec.schedulingGates`);
  }
  const nodeName = (binding.target as { name: string }).name;
  // What stays as it is, the entries of field managers too, is shared by both versions.
  const pod: KubeObject = {
    ...existing,
    metadata: { ...existing.metadata },
    spec: { ...existing.spec, nodeName },
    status: deepCopy(existing.status ?? {}),
  };
  const { annotations, labels } = binding.metadata;
  if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations };
  // Labels of the pod itself go before those that the binding brings.
  if (labels) pod.metadata.labels = { ...labels, ...pod.metadata.labels };
  setCondition(pod, { type: 'PodScheduled', status: 'True' }, timestamp(machine.clock));
  if (!dryRun) machine.store.put('pods', pod);
}
