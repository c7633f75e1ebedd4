import { quantityValue } from '../../../lib/quantity.ts';
import { nodeUsage } from '../../runtime/measure.ts';
import { measuredContainers, nodeCpu, podsOn, type RunningContainer } from './node-pods.ts';
import { type KubeletHandler, sendJson, sendText } from './respond.ts';

const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

function used(cpuMillicores: number, cpuNanoseconds: number, memory: number, nowMs: number) {
  const time = rfc3339(nowMs);
  return {
    cpu: { time, usageNanoCores: cpuMillicores * 1_000_000, usageCoreNanoSeconds: Math.round(cpuNanoseconds) },
    memory: { time, usageBytes: memory, workingSetBytes: memory },
  };
}

const containerStats = ({ name, startedAt, usage, cpuNanoseconds }: RunningContainer, nowMs: number) => ({
  name,
  startTime: rfc3339(startedAt),
  ...used(usage.cpu, cpuNanoseconds, usage.memory, nowMs),
});

/** `/stats/summary` (k8s.io/kubelet/pkg/apis/stats/v1alpha1): CPU and memory of the node, its pods and their containers. */
export const summary: KubeletHandler = ({ context, node: name, response }) => {
  const { store, clock } = context.machine;
  const node = store.get('nodes', undefined, name);
  if (!node) return sendText(response, 500, `failed to get node info: node "${name}" not found`);
  const now = clock.now();
  const pods = podsOn(context, name);
  const whole = nodeUsage(node, pods, now);
  const own = used(whole.cpu, nodeCpu(context, node, whole.cpu, now), whole.memory, now);
  const capacity = quantityValue(node['status']?.capacity?.memory ?? '0');
  sendJson(response, {
    node: {
      nodeName: name,
      startTime: node.metadata.creationTimestamp,
      cpu: own.cpu,
      memory: { ...own.memory, availableBytes: Math.max(0, capacity - whole.memory) },
    },
    pods: pods.flatMap((pod) => {
      const containers = measuredContainers(pod, now);
      if (containers.length === 0) return [];
      const sum = (of: (one: RunningContainer) => number) => containers.reduce((total, one) => total + of(one), 0);
      return [
        {
          podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
          startTime: pod['status']?.startTime,
          containers: containers.map((one) => containerStats(one, now)),
          ...used(
            sum(({ usage }) => usage.cpu),
            sum(({ cpuNanoseconds }) => cpuNanoseconds),
            sum(({ usage }) => usage.memory),
            now,
          ),
        },
      ];
    }),
  });
};
