import { goSort } from '../../lib/go-sort.ts';
import { goQuoted } from '../../lib/go-value.ts';
import { type EnvSource, type EnvVar, writeEnv, writeEnvSources } from './env.ts';
import { type Probe, probeText } from './probe.ts';
import { type DescribeText, NONE } from './text.ts';
import { timeText } from './time.ts';
import { amountRows } from './values.ts';

export interface Resources {
  limits?: Record<string, string>;
  requests?: Record<string, string>;
}

export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  ports?: { containerPort: number; hostPort?: number; protocol?: string }[];
  env?: EnvVar[];
  envFrom?: EnvSource[];
  resources?: Resources;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  securityContext?: { seccompProfile?: SeccompProfile };
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  volumeDevices?: { name: string; devicePath: string }[];
}

interface SeccompProfile {
  type: string;
  localhostProfile?: string;
}

interface ContainerState {
  running?: { startedAt?: string };
  waiting?: { reason?: string; message?: string };
  terminated?: {
    reason?: string;
    message?: string;
    exitCode?: number;
    signal?: number;
    startedAt?: string;
    finishedAt?: string;
  };
}

export interface ContainerStatus {
  name: string;
  containerID?: string;
  imageID?: string;
  ready?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerSection {
  title: string;
  containers: readonly Container[];
  statuses?: readonly ContainerStatus[];
  /** '' for a pod, two spaces for a template inside another object. */
  indent: string;
  resolveField(path: string): string;
}

export function writeContainers(out: DescribeText, section: ContainerSection): void {
  const { title, containers, statuses = [], indent, resolveField } = section;
  out.line(0, `${indent}${title}:${containers.length === 0 ? ` ${NONE}` : ''}`);
  for (const container of containers) {
    const status = statuses.findLast((entry) => entry.name === container.name);
    out.line(1, `${indent === '' ? '' : ' '}${container.name}:`);
    writeBasics(out, container, status);
    writeList(out, 'Command', container.command);
    writeList(out, 'Args', container.args);
    if (status) writeStatus(out, status);
    writeResources(out, 2, container.resources);
    writeProbes(out, container);
    writeEnvSources(out, container.envFrom ?? []);
    writeEnv(out, container.env ?? [], container.resources, resolveField);
    writeMounts(out, container);
  }
}

function writeBasics(out: DescribeText, container: Container, status: ContainerStatus | undefined): void {
  if (status) out.field(2, 'Container ID', status.containerID);
  out.field(2, 'Image', container.image);
  if (status) out.field(2, 'Image ID', status.imageID);
  const ports = container.ports ?? [];
  const plural = ports.length > 1 ? 's' : '';
  const text = (numbers: (number | undefined)[]) =>
    numbers.map((number, index) => `${number ?? 0}/${ports[index]?.protocol ?? ''}`).join(', ') || NONE;
  out.field(2, `Port${plural}`, text(ports.map(({ containerPort }) => containerPort)));
  out.field(2, `Host Port${plural}`, text(ports.map(({ hostPort }) => hostPort)));
  writeSeccompProfile(out, 2, 3, container.securityContext?.seccompProfile);
}

export function writeSeccompProfile(
  out: DescribeText,
  level: number,
  fileLevel: number,
  profile: SeccompProfile | undefined,
): void {
  if (!profile) return;
  out.field(level, 'SeccompProfile', profile.type);
  if (profile.type === 'Localhost') out.field(fileLevel, 'LocalhostProfile', profile.localhostProfile);
}

function writeList(out: DescribeText, title: string, items: readonly string[] | undefined): void {
  if (!items || items.length === 0) return;
  out.line(2, `${title}:`);
  for (const item of items) for (const line of item.split('\n')) out.line(3, line);
}

function writeStatus(out: DescribeText, status: ContainerStatus): void {
  writeState(out, 'State', status.state ?? {});
  if (status.lastState?.terminated) writeState(out, 'Last State', status.lastState);
  out.field(2, 'Ready', status.ready ? 'True' : 'False');
  out.field(2, 'Restart Count', status.restartCount ?? 0);
}

function writeState(out: DescribeText, title: string, { running, waiting, terminated }: ContainerState): void {
  if (running) {
    out.field(2, title, 'Running');
    out.field(3, 'Started', timeText(running.startedAt));
  } else if (terminated && !waiting) {
    out.field(2, title, 'Terminated');
    if (terminated.reason) out.field(3, 'Reason', terminated.reason);
    if (terminated.message) out.field(3, 'Message', terminated.message);
    out.field(3, 'Exit Code', terminated.exitCode ?? 0);
    if (terminated.signal && terminated.signal > 0) out.field(3, 'Signal', terminated.signal);
    out.field(3, 'Started', timeText(terminated.startedAt));
    out.field(3, 'Finished', timeText(terminated.finishedAt));
  } else {
    out.field(2, title, 'Waiting');
    if (waiting?.reason) out.field(3, 'Reason', waiting.reason);
  }
}

export function writeResources(out: DescribeText, level: number, resources: Resources | undefined): void {
  for (const [title, amounts] of [
    ['Limits', resources?.limits],
    ['Requests', resources?.requests],
  ] as const) {
    const rows = amountRows(amounts);
    if (rows.length > 0) out.line(level, `${title}:`);
    for (const [name, amount] of rows) out.field(level + 1, name, amount);
  }
}

function writeProbes(out: DescribeText, container: Container): void {
  const probes = {
    Liveness: container.livenessProbe,
    Readiness: container.readinessProbe,
    Startup: container.startupProbe,
  };
  for (const [title, probe] of Object.entries(probes)) if (probe) out.field(2, title, probeText(probe));
}

function writeMounts(out: DescribeText, { volumeMounts = [], volumeDevices = [] }: Container): void {
  const none = volumeMounts.length === 0 ? `\t${NONE}` : '';
  out.line(2, `Mounts:${none}`);
  for (const mount of goSort(volumeMounts, (a, b) => a.mountPath < b.mountPath)) {
    const flags = [mount.readOnly ? 'ro' : 'rw', ...(mount.subPath ? [`path=${goQuoted(mount.subPath)}`] : [])];
    out.line(3, `${mount.mountPath} from ${mount.name} (${flags.join(',')})`);
  }
  if (volumeDevices.length === 0) return;
  // kubectl says it of the devices where there are no mounts.
  out.line(2, `Devices:${none}`);
  for (const device of goSort(volumeDevices, (a, b) => a.devicePath < b.devicePath)) {
    out.line(3, `${device.devicePath} from ${device.name}`);
  }
}
