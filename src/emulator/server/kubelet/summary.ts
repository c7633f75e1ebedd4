import { quantityValue } from '../../../lib/quantity.ts';
import type { DiskUsage } from '../../kubelet/disk-usage.ts';
import type { NodeDisk } from '../../kubelet/node-disks.ts';
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

/** FsStats: one disk holds all there is. */
type Filled = (bytes: number) => { time: string; availableBytes: number; capacityBytes: number; usedBytes: number };

const filledOf = ({ available, capacity }: NodeDisk, nowMs: number): Filled => {
  const whole = { time: rfc3339(nowMs), availableBytes: available, capacityBytes: capacity };
  return (bytes) => ({ ...whole, usedBytes: Math.round(bytes) });
};

/** Layers, logs and folders of a pod: `rootfs` of a container has its log in it. */
function written(usage: DiskUsage, filled: Filled) {
  return {
    volume: usage.volumes.map(({ name, bytes }) => ({ name, ...filled(bytes) })),
    'ephemeral-storage': filled(usage.bytes),
  };
}

const containerStats = (
  { name, startedAt, usage, cpuNanoseconds }: RunningContainer,
  nowMs: number,
  rootfs: ReturnType<Filled> | undefined,
) => ({
  name,
  startTime: rfc3339(startedAt),
  ...used(usage.cpu, cpuNanoseconds, usage.memory, nowMs),
  ...(rootfs ? { rootfs } : {}),
});

/** `/stats/summary` (k8s.io/kubelet/pkg/apis/stats/v1alpha1): CPU, memory and disk of the node, its pods and their containers. */
export const summary: KubeletHandler = ({ context, node: name, response }) => {
  const { store, clock } = context.machine;
  const node = store.get('nodes', undefined, name);
  if (!node) return sendText(response, 500, `failed to get node info: node "${name}" not found`);
  const now = clock.now();
  const pods = podsOn(context, name);
  const whole = nodeUsage(node, pods, now);
  const own = used(whole.cpu, nodeCpu(context, node, whole.cpu, now), whole.memory, now);
  const capacity = quantityValue(node['status']?.capacity?.memory ?? '0');
  const disk = context.nodeApi()!.disk(name);
  const filled = disk && filledOf(disk, now);
  const usages = new Map(disk?.usages.map((one) => [one.pod.metadata.uid, one]));
  sendJson(response, {
    node: {
      nodeName: name,
      startTime: node.metadata.creationTimestamp,
      cpu: own.cpu,
      memory: { ...own.memory, availableBytes: Math.max(0, capacity - whole.memory) },
      ...(filled ? { fs: filled(disk.capacity - disk.available), runtime: { imageFs: filled(disk.images) } } : {}),
    },
    pods: pods.flatMap((pod) => {
      const containers = measuredContainers(pod, now);
      if (containers.length === 0) return [];
      const usage = usages.get(pod.metadata.uid);
      const sum = (of: (one: RunningContainer) => number) => containers.reduce((total, one) => total + of(one), 0);
      return [
        {
          podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
          startTime: pod['status']?.startTime,
          containers: containers.map((one) => {
            const bytes = usage?.containers.find(({ spec }) => spec.name === one.name)?.bytes;
            return containerStats(one, now, bytes === undefined ? undefined : filled?.(bytes));
          }),
          ...(usage && filled ? written(usage, filled) : {}),
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
