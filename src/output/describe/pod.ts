import type { KubeObject } from '../../api/meta.ts';
import { humanDuration } from '../../lib/age.ts';
import { compareQuantities } from '../../lib/quantity.ts';
import { type Container, writeContainers } from './containers.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { writeImageLayers } from './image-layers.ts';
import { writeSpreadConstraints, writeTolerations } from './pod-spec.ts';
import { DescribeText, NONE, timeText, writeAnnotations, writeMap } from './text.ts';
import { writeVolumes } from './volumes.ts';

export const describePod: Describer = async (pod, context) => {
  const out = new DescribeText();
  const spec = pod.spec ?? {};
  const status = pod.status ?? {};
  writeHead(out, pod);
  writeStatus(out, pod, context.nowMs);
  writePodContainers(out, pod);
  writeConditions(out, pod);
  writeVolumes(out, spec.volumes ?? [], '');
  out.field(0, 'QoS Class', status.qosClass ?? qosClass(spec.containers ?? []));
  writeMap(out, 'Node-Selectors', spec.nodeSelector);
  writeTolerations(out, spec.tolerations ?? []);
  writeSpreadConstraints(out, spec.topologySpreadConstraints ?? []);
  const images = [...(spec.initContainers ?? []), ...(spec.containers ?? [])] as Container[];
  await writeImageLayers(
    out,
    images.map((container) => container.image ?? ''),
    context.fetch,
  );
  await writeEvents(out, pod, context);
  return out.toString();
};

function writeHead(out: DescribeText, pod: KubeObject): void {
  const spec = pod.spec ?? {};
  out.field(0, 'Name', pod.metadata.name);
  out.field(0, 'Namespace', pod.metadata.namespace);
  if (spec.priority !== undefined) out.field(0, 'Priority', spec.priority);
  if (spec.priorityClassName) out.field(0, 'Priority Class Name', spec.priorityClassName);
  if (spec.runtimeClassName) out.field(0, 'Runtime Class Name', spec.runtimeClassName);
  if (spec.serviceAccountName) out.field(0, 'Service Account', spec.serviceAccountName);
  out.field(0, 'Node', spec.nodeName ? `${spec.nodeName}/${pod.status?.hostIP ?? ''}` : NONE);
  if (pod.status?.startTime) out.field(0, 'Start Time', timeText(pod.status.startTime));
  writeMap(out, 'Labels', pod.metadata.labels);
  writeAnnotations(out, pod.metadata.annotations);
}

function writeStatus(out: DescribeText, pod: KubeObject, nowMs: number): void {
  const status = pod.status ?? {};
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp && status.phase !== 'Succeeded' && status.phase !== 'Failed') {
    out.field(0, 'Status', `Terminating (lasts ${humanDuration(nowMs - Date.parse(deletionTimestamp))})`);
    out.field(0, 'Termination Grace Period', `${deletionGracePeriodSeconds ?? 0}s`);
  } else out.field(0, 'Status', status.phase);
  if (status.reason) out.field(0, 'Reason', status.reason);
  if (status.message) out.field(0, 'Message', status.message);
  out.field(0, 'IP', status.podIP);
  const ips: { ip: string }[] = status.podIPs ?? [];
  if (ips.length === 0) out.field(0, 'IPs', NONE);
  else out.line(0, 'IPs:');
  for (const { ip } of ips) out.field(1, 'IP', ip);
  const controller = pod.metadata.ownerReferences?.find((reference) => reference.controller);
  if (controller) out.field(0, 'Controlled By', `${controller.kind}/${controller.name}`);
  if (status.nominatedNodeName) out.field(0, 'NominatedNodeName', status.nominatedNodeName);
}

function writePodContainers(out: DescribeText, pod: KubeObject): void {
  const spec = pod.spec ?? {};
  const status = pod.status ?? {};
  const sections = [
    { title: 'Init Containers', containers: spec.initContainers, statuses: status.initContainerStatuses },
    { title: 'Containers', containers: spec.containers ?? [], statuses: status.containerStatuses },
    {
      title: 'Ephemeral Containers',
      containers: spec.ephemeralContainers,
      statuses: status.ephemeralContainerStatuses,
    },
  ];
  const resolveField = (path: string) => podField(pod, path);
  for (const section of sections) {
    if (!section.containers) continue;
    if (section.containers.length === 0 && section.title !== 'Containers') continue;
    writeContainers(out, { ...section, indent: '', resolveField });
  }
}

const FIELDS: Readonly<Record<string, (pod: KubeObject) => string | undefined>> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace,
  'metadata.uid': (pod) => pod.metadata.uid,
};

/** Of an environment variable's fieldRef; fields that only the kubelet resolves stay empty. */
function podField(pod: KubeObject, path: string): string {
  const key = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (key) return pod.metadata[key[1] as 'labels' | 'annotations']?.[key[2] ?? ''] ?? '';
  return FIELDS[path]?.(pod) ?? '';
}

function writeConditions(out: DescribeText, pod: KubeObject): void {
  const conditions: { type: string; status: string }[] = pod.status?.conditions ?? [];
  const gates: { conditionType: string }[] = pod.spec?.readinessGates ?? [];
  if (gates.length > 0) {
    out.line(0, 'Readiness Gates:');
    out.line(1, 'Type\tStatus');
    for (const { conditionType } of gates) {
      const met = conditions.find((condition) => condition.type === conditionType);
      out.line(1, `${conditionType} \t${met?.status ?? NONE} `);
    }
  }
  if (conditions.length === 0) return;
  out.line(0, 'Conditions:');
  out.line(1, 'Type\tStatus');
  for (const { type, status } of conditions) out.line(1, `${type} \t${status} `);
}

/** BestEffort, Burstable or Guaranteed, for a pod whose status does not say yet (pod QoS in the Kubernetes documentation). */
export function qosClass(containers: readonly Container[]): string {
  const amounts = containers.map(({ resources }) => resources ?? {});
  const isEmpty = amounts.every(
    ({ limits, requests }) => !limits?.cpu && !limits?.memory && !requests?.cpu && !requests?.memory,
  );
  if (isEmpty) return 'BestEffort';
  const isGuaranteed = amounts.every(({ limits, requests }) =>
    (['cpu', 'memory'] as const).every((name) => {
      const limit = limits?.[name];
      return limit !== undefined && compareQuantities(requests?.[name] ?? limit, limit) === 0;
    }),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
