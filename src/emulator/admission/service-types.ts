import type { KubeObject } from '../../api/meta.ts';
import { jsonEqual } from '../registry/equal.ts';

// biome-ignore lint/suspicious/noExplicitAny: the spec of a service as it came.
type Spec = Record<string, any>;

const isOpen = ({ type }: Spec): boolean => type === 'NodePort' || type === 'LoadBalancer';
const isBalanced = ({ type }: Spec): boolean => type === 'LoadBalancer';
const isNamed = ({ type }: Spec): boolean => type === 'ExternalName';
const isExternal = (spec: Spec): boolean => isOpen(spec) || (spec.type === 'ClusterIP' && !!spec.externalIPs?.length);

/** Fields that only some types have, those that go together as one: they go with the type, unless the client speaks of them. */
const typeFields: readonly [fields: readonly string[], has: (spec: Spec) => boolean][] = [
  [['clusterIP', 'clusterIPs'], (spec) => !isNamed(spec)],
  [['ipFamilies'], (spec) => !isNamed(spec)],
  [['ipFamilyPolicy'], (spec) => !isNamed(spec)],
  [['healthCheckNodePort'], (spec) => isBalanced(spec) && spec.externalTrafficPolicy === 'Local'],
  [['allocateLoadBalancerNodePorts'], isBalanced],
  [['loadBalancerClass'], isBalanced],
  [['externalTrafficPolicy'], isExternal],
];

const nodePorts = ({ ports = [] }: Spec): number[] =>
  (ports as { nodePort?: number }[]).flatMap(({ nodePort }) => nodePort || []);

/**
 * Takes from a service whose type changes what its old type had, in place.
 * Source: Kubernetes pkg/registry/core/service/strategy.go, dropTypeDependentFields.
 */
export function dropOfOldType(service: KubeObject, previous: KubeObject): void {
  const [spec, old]: Spec[] = [service.spec ?? {}, previous.spec ?? {}];
  if (isOpen(old!) && !isOpen(spec!)) {
    const known = new Set(nodePorts(old!));
    if (nodePorts(spec!).every((port) => known.has(port))) {
      spec!.ports = (spec!.ports ?? []).map(({ nodePort: _nodePort, ...port }: Spec) => port);
    }
  }
  for (const [fields, has] of typeFields) {
    if (!has(old!) || has(spec!) || !fields.every((field) => jsonEqual(spec![field], old![field]))) continue;
    for (const field of fields) delete spec![field];
  }
  // What is only a name shows none, whoever set it (pkg/registry/core/service/storage defaultOnReadInternalTrafficPolicy).
  if (isNamed(spec!)) delete spec!.internalTrafficPolicy;
  if (!isBalanced(spec!)) service.status = { ...service.status, loadBalancer: {} };
}
