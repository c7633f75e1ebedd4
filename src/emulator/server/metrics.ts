import type { KubeObject, ObjectMeta } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { canonicalQuantity } from '../../lib/quantity.ts';
import { notFound } from '../errors.ts';
import { type Predicate, selection } from '../registry/fields.ts';
import { latestSample, nodeUsage, podUsage, type Sample } from '../runtime/measure.ts';
import type { Usage } from '../runtime/usage.ts';
import type { Store } from '../storage/store.ts';
import { shapeList, shapeObject } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { ResourceTarget } from './request-info.ts';
import { sendBytes, sendJson } from './respond.ts';
import { includeOf } from './verbs/read.ts';

/** What was measured of the objects that a request asks for and `wanted` lets pass. */
type Measure = (store: Store, target: ResourceTarget, wanted: Predicate | undefined, nowMs: number) => KubeObject[];

const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const usage = ({ cpu, memory }: Usage) => ({
  cpu: canonicalQuantity(`${cpu}m`),
  memory: canonicalQuantity(`${memory / 1024}Ki`),
});

/** What every measured object begins with; its labels are those of what was measured. */
function measured(of: KubeObject, { resource }: ResourceTarget, sample: Sample, nowMs: number): KubeObject {
  const { name, namespace, labels } = of.metadata;
  return {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      creationTimestamp: rfc3339(nowMs),
      ...(labels ? { labels } : {}),
    } as ObjectMeta,
    timestamp: rfc3339(sample.atMs),
    window: formatGoDuration(sample.windowMs),
  };
}

/** The objects of `resource` that are asked for: one, those of a namespace, or all. */
function found(store: Store, resource: string, { namespace, name }: ResourceTarget): readonly KubeObject[] {
  if (name === undefined) return [...store.list(resource, namespace)];
  const object = store.get(resource, namespace, name);
  return object ? [object] : [];
}

const nodes: Measure = (store, target, wanted, nowMs) => {
  const pods = Map.groupBy(store.list('pods'), (pod) => pod.spec?.nodeName as string | undefined);
  return found(store, 'nodes', target).flatMap((node) => {
    const sample = wanted && !wanted(node) ? undefined : latestSample(node, nowMs);
    if (!sample) return [];
    const used = nodeUsage(node, pods.get(node.metadata.name ?? '') ?? [], sample.atMs);
    return [{ ...measured(node, target, sample, nowMs), usage: usage(used) }];
  });
};

const pods: Measure = (store, target, wanted, nowMs) => {
  const samples = new Map<string, Sample | undefined>();
  for (const node of store.list('nodes')) samples.set(node.metadata.name ?? '', latestSample(node, nowMs));
  return found(store, 'pods', target).flatMap((pod) => {
    const sample = wanted && !wanted(pod) ? undefined : samples.get(pod.spec?.nodeName ?? '');
    const containers = sample ? podUsage(pod, sample.atMs) : [];
    if (!sample || containers.length === 0) return [];
    const told = containers.map((one) => ({ name: one.name, usage: usage(one.usage) }));
    return [{ ...measured(pod, target, sample, nowMs), containers: told }];
  });
};

/**
 * metrics.k8s.io/v1beta1, as metrics-server answers for it: worked out when somebody asks, from the
 * figures that autoscalers go by.
 */
function serve(measure: Measure) {
  return async (exchange: Exchange, target: ResourceTarget): Promise<void> => {
    const { request, response, query, context } = exchange;
    const { resource, namespace, name } = target;
    const { store, clock } = context.machine;
    const shape = negotiate(request, { protobuf: true });
    const now = clock.now();
    if (name === undefined) {
      const wanted = selection(resource, query.get('labelSelector'), query.get('fieldSelector'));
      const objects = measure(store, target, wanted, now);
      return sendBytes(
        request,
        response,
        200,
        shape.contentType,
        await shapeList(resource, {}, objects, shape, includeOf(exchange, shape), now),
      );
    }
    const [object] = measure(store, target, undefined, now);
    // metrics-server names the kind and the whole path, not the resource.
    if (!object) {
      const plural = resource.kind.toLowerCase();
      throw notFound({ group: resource.group, plural }, namespace ? `${namespace}/${name}` : name);
    }
    const body = await shapeObject(resource, object, shape, includeOf(exchange, shape), now);
    await sendJson(request, response, 200, body, shape.contentType);
  };
}

export const metricsHandlers = { NodeMetrics: serve(nodes), PodMetrics: serve(pods) } as const;
