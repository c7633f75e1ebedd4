import type { KubeObject } from '../../api/meta.ts';
import {
  type Container,
  type ContainerStatus,
  writeContainers,
  writeResources,
  writeSeccompProfile,
} from './containers.ts';
import { writeImageLayers } from './image-layers.ts';
import {
  annotations,
  controlledBy,
  events,
  labels,
  layout,
  name,
  namespace,
  type Row,
  type Section,
} from './layout.ts';
import { writeMap } from './maps.ts';
import { writeSpreadConstraints, writeTolerations } from './pod-spec.ts';
import { qosClass } from './qos.ts';
import { NONE } from './text.ts';
import { terminatingText, timeText } from './time.ts';
import { writeVolumes } from './volumes.ts';

/** A field that is left out where it is empty. */
function present(title: string, part: 'spec' | 'status', field: string): Row {
  return [title, (pod) => pod[part]?.[field] || undefined];
}

const status: Section = (out, { metadata, status }, { nowMs }) => {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  if (deletionTimestamp && status?.phase !== 'Failed' && status?.phase !== 'Succeeded') {
    out.field(0, 'Status', terminatingText(deletionTimestamp, nowMs));
    out.field(0, 'Termination Grace Period', `${deletionGracePeriodSeconds ?? 0}s`);
  } else out.field(0, 'Status', status?.phase);
};

const addresses: Section = (out, { status }) => {
  out.field(0, 'IP', status?.podIP);
  const ips: { ip: string }[] = status?.podIPs ?? [];
  if (ips.length === 0) out.field(0, 'IPs', NONE);
  else out.line(0, 'IPs:');
  for (const { ip } of ips) out.field(1, 'IP', ip);
};

/** What kubectl looks up of an environment variable's fieldRef; every other field stays empty. */
function podField({ metadata }: KubeObject, path: string): string {
  if (path === 'metadata.name') return metadata.name ?? '';
  return path === 'metadata.namespace' ? (metadata.namespace ?? '') : '';
}

function containers(title: string, field: string, statusField: string): Section {
  return (out, pod) => {
    const list: readonly Container[] = pod.spec?.[field] ?? [];
    const statuses: readonly ContainerStatus[] = pod.status?.[statusField] ?? [];
    if (list.length === 0 && field !== 'containers') return;
    writeContainers(out, {
      ...{ title, containers: list, statuses, indent: '' },
      resolveField: (path) => podField(pod, path),
    });
  };
}

const conditions: Section = (out, { spec, status }) => {
  const met: { type: string; status: string }[] = status?.conditions ?? [];
  const gates: { conditionType: string }[] = spec?.readinessGates ?? [];
  if (gates.length > 0) out.print(0, 'Readiness Gates:\n  Type\tStatus\n');
  for (const { conditionType } of gates) {
    const condition = met.find(({ type }) => type === conditionType);
    out.line(1, `${conditionType} \t${condition?.status ?? NONE} `);
  }
  if (met.length > 0) out.print(0, 'Conditions:\n  Type\tStatus\n');
  for (const { type, status } of met) out.line(1, `${type} \t${status} `);
};

const imageLayers: Section = (out, pod, { fetch }) => {
  const { spec } = pod;
  const all: Container[] = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const images = all.map((container) => container.image ?? '');
  return writeImageLayers(out, images, pod, fetch);
};

export const describePod = layout(
  name,
  namespace,
  ['Priority', ({ spec }) => spec?.priority],
  present('Priority Class Name', 'spec', 'priorityClassName'),
  present('Runtime Class Name', 'spec', 'runtimeClassName'),
  present('Service Account', 'spec', 'serviceAccountName'),
  ['Node', ({ spec, status }) => (spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : NONE)],
  ['Start Time', ({ status }) => (status?.startTime ? timeText(status.startTime) : undefined)],
  labels,
  annotations,
  status,
  present('Reason', 'status', 'reason'),
  present('Message', 'status', 'message'),
  (out, { spec }) => writeSeccompProfile(out, 0, 0, spec?.securityContext?.seccompProfile),
  addresses,
  controlledBy,
  present('NominatedNodeName', 'status', 'nominatedNodeName'),
  (out, { spec }) => {
    if (!spec?.resources) return;
    out.line(0, 'Resources:');
    writeResources(out, 1, spec.resources);
  },
  containers('Init Containers', 'initContainers', 'initContainerStatuses'),
  containers('Containers', 'containers', 'containerStatuses'),
  containers('Ephemeral Containers', 'ephemeralContainers', 'ephemeralContainerStatuses'),
  conditions,
  (out, { spec }) => writeVolumes(out, spec?.volumes ?? [], ''),
  ['QoS Class', (pod: KubeObject) => pod.status?.qosClass || qosClass(pod.spec ?? {})],
  (out, { spec }) => writeMap(out, 'Node-Selectors', spec?.nodeSelector),
  (out, { spec }) => writeTolerations(out, spec?.tolerations ?? []),
  (out, { spec }) => writeSpreadConstraints(out, spec?.topologySpreadConstraints ?? []),
  imageLayers,
  events,
);
