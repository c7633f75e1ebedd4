import type { KubeObject } from '../../meta.ts';
import type { FilterPlugin } from '../plan.ts';
import type { Rejection } from '../rejection.ts';

interface ContainerLike {
  restartPolicyRules?: { action?: string }[];
}

/** What a pod takes for granted that not every kubelet can, and how one can tell (component-helpers nodedeclaredfeatures). */
const features: Readonly<Record<string, (spec: KubeObject['spec']) => boolean>> = {
  RestartAllContainersOnContainerExits: ({ containers = [], initContainers = [] }) =>
    ([...containers, ...initContainers] as ContainerLike[]).some(({ restartPolicyRules }) =>
      restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
    ),
  UserNamespacesHostNetworkSupport: ({ hostNetwork, hostUsers }) => hostNetwork === true && hostUsers === false,
};

/** The features that a pod needs and the node does not declare. */
export function missingFeatures({ spec }: KubeObject, { status }: KubeObject): string[] {
  const declared: readonly string[] = status?.declaredFeatures ?? [];
  return Object.entries(features).flatMap(([name, needs]) => (needs(spec) && !declared.includes(name) ? [name] : []));
}

const refused: Rejection = {
  plugin: 'NodeDeclaredFeatures',
  reasons: ["node(s) didn't match Pod's required features"],
  resolvable: false,
};

export const nodeDeclaredFeatures: FilterPlugin = {
  name: 'NodeDeclaredFeatures',
  prepare: ({ pod }) =>
    Object.values(features).some((needs) => needs(pod['spec']))
      ? { check: ({ node }) => (missingFeatures(pod, node).length > 0 ? refused : undefined) }
      : undefined,
};
