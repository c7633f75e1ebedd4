import type { KubeObject } from '../../../api/meta.ts';
import { isRunning } from '../subresources/pod-target.ts';
import { podsOn } from './node-pods.ts';
import { type KubeletHandler, sendJson } from './respond.ts';

const list = (items: readonly object[]) => ({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

/** `/pods`: what is bound to the node. */
export const podList: KubeletHandler = ({ context, node, response }) => {
  const bound = podsOn(context, node).map(({ kind: _kind, apiVersion: _version, ...pod }) => pod);
  sendJson(response, list(bound));
};

interface Container {
  name: string;
  image: string;
}

/** `/runningpods`: what the runtime has running, and no more than it knows of it. */
export const runningPods: KubeletHandler = ({ context, node, response }) => {
  const running = podsOn(context, node).flatMap((pod: KubeObject) => {
    const containers = [...(pod['spec'].initContainers ?? []), ...pod['spec'].containers]
      .filter(({ name }: Container) => isRunning(pod, name))
      .map(({ name, image }: Container) => ({ name, image, resources: {} }));
    if (containers.length === 0) return [];
    const { name, namespace, uid } = pod.metadata;
    return [{ metadata: { name, namespace, uid, creationTimestamp: null }, spec: { containers }, status: {} }];
  });
  sendJson(response, list(running));
};

/** `/configz`: the part of its configuration that this cluster's nodes go by. */
export const configz: KubeletHandler = ({ context, node, response }) => {
  const { store } = context.machine;
  const dns = store.get('services', 'kube-system', 'kube-dns')?.['spec']?.clusterIP as string | undefined;
  const { capacity, daemonEndpoints } = store.get('nodes', undefined, node)?.['status'] ?? {};
  sendJson(response, {
    kubeletconfig: {
      kind: 'KubeletConfiguration',
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      enableServer: true,
      port: daemonEndpoints?.kubeletEndpoint?.Port,
      clusterDomain: 'cluster.local',
      ...(dns ? { clusterDNS: [dns] } : {}),
      maxPods: Number(capacity?.pods ?? 110),
    },
  });
};
