import { compareQuantities } from '../../lib/quantity.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { isCreateOf, refusal } from './refuse.ts';

interface RuntimeClass {
  overhead?: { podFixed?: Record<string, string> };
  scheduling?: { nodeSelector?: Record<string, string>; tolerations?: unknown[] };
}

function runtimeClassOf(request: AdmissionRequest): RuntimeClass | undefined {
  const name = request.object.spec?.runtimeClassName as string | undefined;
  if (!name) return undefined;
  const found = request.machine.store.get('runtimeclasses.node.k8s.io', undefined, name);
  if (!found) throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
  return found as RuntimeClass;
}

function sameAmounts(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every(
    (name) => a[name] !== undefined && b[name] !== undefined && compareQuantities(a[name], b[name]) === 0,
  );
}

/** RuntimeClass: a pod takes on the overhead and the scheduling of the class it names. */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  admit(request) {
    if (!isCreateOf(request, 'pods')) return;
    const found = runtimeClassOf(request);
    if (!found) return;
    const { spec } = request.object;
    const { podFixed } = found.overhead ?? {};
    if (podFixed) {
      if (spec.overhead && !sameAmounts(spec.overhead, podFixed)) {
        throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      }
      spec.overhead = { ...podFixed };
    }
    const { nodeSelector = {}, tolerations = [] } = found.scheduling ?? {};
    const own = (spec.nodeSelector ?? {}) as Record<string, string>;
    for (const [key, value] of Object.entries(nodeSelector)) {
      if (own[key] === undefined || own[key] === value) continue;
      throw refusal(
        request,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`,
      );
    }
    if (Object.keys(nodeSelector).length > 0) spec.nodeSelector = { ...own, ...nodeSelector };
    const present = (spec.tolerations ?? []) as unknown[];
    const more = tolerations.filter((one) => !present.some((other) => jsonEqual(one, other)));
    if (more.length > 0) spec.tolerations = [...present, ...more];
  },
  check(request) {
    if (!isCreateOf(request, 'pods') || !request.object.spec?.overhead) return;
    const found = runtimeClassOf(request);
    if (!found) throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass');
    if (!found.overhead?.podFixed) {
      throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    }
  },
};
