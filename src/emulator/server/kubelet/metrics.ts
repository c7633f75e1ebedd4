import { nodeUsage } from '../../runtime/measure.ts';
import { versionInfo } from '../version-info.ts';
import { measuredContainers, nodeCpu, podsOn } from './node-pods.ts';
import { type KubeletHandler, type KubeletRequest, sendText } from './respond.ts';

type Labels = Readonly<Record<string, string>>;

interface Family {
  name: string;
  help: string;
  type: 'counter' | 'gauge';
  samples: readonly { labels: Labels; value: number; atMs?: number }[];
}

const TYPE = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';
const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
const escaped = (text: string): string => text.replace(/[\\"\n]/g, (one) => escapes[one]!);

/** The text format of Prometheus. */
function exposition(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, type, samples }) => {
      const lines = samples.map(({ labels, value, atMs }) => {
        const named = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
        const inside = named.length > 0 ? `{${named.join(',')}}` : '';
        return `${name}${inside} ${value}${atMs === undefined ? '' : ` ${atMs}`}\n`;
      });
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

/** Every measured container of the node with its labels. */
function measured({ context, node }: KubeletRequest, nowMs: number) {
  return podsOn(context, node).flatMap((pod) =>
    measuredContainers(pod, nowMs).map((one) => ({
      ...one,
      pod,
      labels: { container: one.name, namespace: pod.metadata.namespace!, pod: pod.metadata.name! },
    })),
  );
}

const seconds = (nanoseconds: number): number => nanoseconds / 1e9;

/** `/metrics/resource`: what metrics-server scrapes. */
export const resourceMetrics: KubeletHandler = (asked) => {
  const { context, node: name, response } = asked;
  const { store, clock } = context.machine;
  const now = clock.now();
  const containers = measured(asked, now);
  const pods = [...Map.groupBy(containers, ({ pod }) => pod)].map(([pod, all]) => ({
    labels: { namespace: pod.metadata.namespace!, pod: pod.metadata.name! },
    cpu: all.reduce((sum, one) => sum + one.cpuNanoseconds, 0),
    memory: all.reduce((sum, one) => sum + one.usage.memory, 0),
  }));
  const node = store.get('nodes', undefined, name);
  const whole = node && nodeUsage(node, podsOn(context, name), now);
  const at = { atMs: now };
  const families: Family[] = [
    {
      name: 'container_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
      type: 'counter',
      samples: containers.map(({ labels, cpuNanoseconds }) => ({ labels, value: seconds(cpuNanoseconds), ...at })),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: '[STABLE] Current working set of the container in bytes',
      type: 'gauge',
      samples: containers.map(({ labels, usage }) => ({ labels, value: usage.memory, ...at })),
    },
    {
      name: 'container_start_time_seconds',
      help: '[STABLE] Start time of the container since unix epoch in seconds',
      type: 'gauge',
      samples: containers.map(({ labels, startedAt }) => ({ labels, value: startedAt / 1000 })),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the node in core-seconds',
      type: 'counter',
      samples: whole ? [{ labels: {}, value: seconds(nodeCpu(context, node, whole.cpu, now)), ...at }] : [],
    },
    {
      name: 'node_memory_working_set_bytes',
      help: '[STABLE] Current working set of the node in bytes',
      type: 'gauge',
      samples: whole ? [{ labels: {}, value: whole.memory, ...at }] : [],
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds',
      type: 'counter',
      samples: pods.map(({ labels, cpu }) => ({ labels, value: seconds(cpu), ...at })),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: '[STABLE] Current working set of the pod in bytes',
      type: 'gauge',
      samples: pods.map(({ labels, memory }) => ({ labels, value: memory, ...at })),
    },
    {
      name: 'resource_scrape_error',
      help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ labels: {}, value: whole ? 0 : 1 }],
    },
  ];
  sendText(response, 200, exposition(families), TYPE);
};

/** `/metrics/cadvisor`, as far as containers are measured here. */
export const cadvisorMetrics: KubeletHandler = (asked) => {
  const now = asked.context.machine.clock.now();
  const containers = measured(asked, now);
  const families: Family[] = [
    {
      name: 'container_cpu_usage_seconds_total',
      help: 'Cumulative cpu time consumed in seconds.',
      type: 'counter',
      samples: containers.map(({ labels, cpuNanoseconds }) => ({
        labels: { ...labels, cpu: 'total' },
        value: seconds(cpuNanoseconds),
        atMs: now,
      })),
    },
    {
      name: 'container_memory_usage_bytes',
      help: 'Current memory usage in bytes, including all memory regardless of when it was accessed',
      type: 'gauge',
      samples: containers.map(({ labels, usage }) => ({ labels, value: usage.memory, atMs: now })),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: 'Current working set in bytes.',
      type: 'gauge',
      samples: containers.map(({ labels, usage }) => ({ labels, value: usage.memory, atMs: now })),
    },
    {
      name: 'container_start_time_seconds',
      help: 'Start time of the container since unix epoch in seconds.',
      type: 'gauge',
      samples: containers.map(({ labels, startedAt }) => ({ labels, value: startedAt / 1000 })),
    },
  ];
  sendText(asked.response, 200, exposition(families), TYPE);
};

interface ContainerStatus {
  state?: Record<string, unknown>;
}

/** `/metrics`: what the kubelet says of itself, where it is known here. */
export const kubeletMetrics: KubeletHandler = ({ context, node, response }) => {
  const pods = podsOn(context, node);
  const states = pods.flatMap((pod) =>
    ((pod['status']?.containerStatuses ?? []) as ContainerStatus[]).map(({ state }) => Object.keys(state ?? {})[0]),
  );
  const inState = (state: string) => states.filter((one) => one === state).length;
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = versionInfo;
  const families: Family[] = [
    {
      name: 'kubelet_node_name',
      help: "[ALPHA] The node's name. The count is always 1.",
      type: 'gauge',
      samples: [{ labels: { node }, value: 1 }],
    },
    {
      name: 'kubelet_running_containers',
      help: '[ALPHA] Number of containers currently running',
      type: 'gauge',
      samples: [
        { labels: { container_state: 'created' }, value: inState('waiting') },
        { labels: { container_state: 'exited' }, value: inState('terminated') },
        { labels: { container_state: 'running' }, value: inState('running') },
      ],
    },
    {
      name: 'kubelet_running_pods',
      help: '[ALPHA] Number of pods that have a running pod sandbox',
      type: 'gauge',
      samples: [{ labels: {}, value: pods.filter((pod) => pod['status']?.phase === 'Running').length }],
    },
    {
      name: 'kubernetes_build_info',
      help: "[ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      type: 'gauge',
      samples: [
        {
          labels: {
            build_date: buildDate,
            compiler,
            git_commit: gitCommit,
            git_tree_state: gitTreeState,
            git_version: gitVersion,
            go_version: goVersion,
            major,
            minor,
            platform,
          },
          value: 1,
        },
      ],
    },
  ];
  sendText(response, 200, exposition(families), TYPE);
};
