import type { KubeObject } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import { latestSample, podUsage } from '../../runtime/measure.ts';
import type { Usage } from '../../runtime/usage.ts';
import type { ControlContext } from '../controller.ts';

/** What metrics.k8s.io tells of a pod: the value in thousandths, and when and for how long it was measured. */
export interface PodMetric {
  value: number;
  atMs: number;
  windowMs: number;
}

interface Container {
  name: string;
  restartPolicy?: string;
  resources?: { requests?: Record<string, string> };
}

/** CPU is measured in millicores, memory in bytes. */
const THOUSANDTHS: Readonly<Record<string, number>> = { cpu: 1, memory: 1000 };

/**
 * The figures of metrics.k8s.io for pods, by pod name: those that `kubectl top` shows.
 * @param only of this container
 * @throws Error in the words of the controller's client when there are none
 */
export function resourceMetrics(
  context: ControlContext,
  pods: readonly KubeObject[],
  resource: string,
  only: string | undefined,
): Map<string, PodMetric> {
  const now = context.clock.now();
  const metrics = new Map<string, PodMetric>();
  let measured = 0;
  for (const pod of pods) {
    const node = pod['spec'].nodeName && context.lister.get<KubeObject>('nodes', undefined, pod['spec'].nodeName);
    const sample = node ? latestSample(node, now) : undefined;
    const containers = sample ? podUsage(pod, sample.atMs) : [];
    if (!sample || containers.length === 0) continue;
    measured++;
    const wanted = containers.filter(({ name }) => only === undefined || name === only);
    const scale = THOUSANDTHS[resource];
    if (wanted.length === 0 || scale === undefined) continue;
    const value = wanted.reduce((sum, { usage }) => sum + usage[resource as keyof Usage] * scale, 0);
    metrics.set(pod.metadata.name!, { value, ...sample });
  }
  if (measured === 0) throw new Error('no metrics returned from resource metrics API');
  return metrics;
}

const thousandths = (quantity: string): number => Math.ceil(quantityValue(quantity) * 1000);

/**
 * What each pod requests, in thousandths, by pod name (kubernetes replica_calculator calculateRequests).
 * @throws Error for a container without a request
 */
export function requestsOf(
  pods: readonly KubeObject[],
  resource: string,
  only: string | undefined,
): Map<string, number> {
  return new Map(pods.map((pod) => [pod.metadata.name!, requestOf(pod, resource, only)]));
}

function requestOf(pod: KubeObject, resource: string, only: string | undefined): number {
  const { spec, metadata } = pod;
  const sidecars = ((spec.initContainers ?? []) as Container[]).filter((one) => one.restartPolicy === 'Always');
  const containers = [...(spec.containers as Container[]), ...sidecars];
  const forPod: Record<string, string> | undefined = spec.resources?.requests;
  if (only === undefined && forPod && Object.keys(forPod).length > 0) {
    if (forPod[resource] !== undefined) return thousandths(forPod[resource]);
    const said = containers.flatMap((one) => one.resources?.requests?.[resource] ?? []);
    if (said.length === 0) throw new Error(`missing pod-level request for ${resource} in Pod ${metadata.name}`);
    return said.reduce((sum, quantity) => sum + thousandths(quantity), 0);
  }
  const wanted = containers.filter(({ name }) => only === undefined || name === only);
  if (wanted.length === 0) throw new Error(`container ${only} not found in Pod ${metadata.name}`);
  return wanted.reduce((sum, { name, resources }) => {
    const request = resources?.requests?.[resource];
    if (request !== undefined) return sum + thousandths(request);
    throw new Error(`missing request for ${resource} in container ${name} of Pod ${metadata.name}`);
  }, 0);
}
