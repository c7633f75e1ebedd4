import { type EnvSource, type EnvVar, writeEnv, writeEnvSources } from './env.ts';
import { type DescribeText, NONE, timeText } from './text.ts';

interface Probe {
  exec?: { command?: string[] };
  httpGet?: { scheme?: string; host?: string; port?: number | string; path?: string };
  tcpSocket?: { host?: string; port?: number | string };
  grpc?: { port: number; service?: string };
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  ports?: { containerPort: number; hostPort?: number; protocol?: string }[];
  env?: EnvVar[];
  envFrom?: EnvSource[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  volumeMounts?: { name: string; mountPath: string; subPath?: string; readOnly?: boolean }[];
  volumeDevices?: { name: string; devicePath: string }[];
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

interface ContainerStatus {
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
  if (containers.length === 0) {
    out.line(0, `${indent}${title}:\t${NONE}`);
    return;
  }
  out.line(0, `${indent}${title}:`);
  for (const container of containers) {
    const status = statuses.find((entry) => entry.name === container.name);
    out.line(1, `${indent === '' ? '' : ' '}${container.name}:`);
    writeBasics(out, container, status);
    writeList(out, 'Command', container.command);
    writeList(out, 'Args', container.args);
    if (status) writeStatus(out, status);
    writeAmounts(out, 'Limits', container.resources?.limits);
    writeAmounts(out, 'Requests', container.resources?.requests);
    writeProbes(out, container);
    writeEnvSources(out, container.envFrom ?? []);
    writeEnv(out, container.env ?? [], container.resources, resolveField);
    writeMounts(out, container);
  }
}

function writeBasics(out: DescribeText, container: Container, status: ContainerStatus | undefined): void {
  const ports = container.ports ?? [];
  const plural = ports.length > 1 ? 's' : '';
  const text = (pick: (port: (typeof ports)[number]) => number) =>
    ports.map((port) => `${pick(port)}/${port.protocol ?? 'TCP'}`).join(', ') || NONE;
  if (status) out.field(2, 'Container ID', status.containerID);
  out.field(2, 'Image', container.image);
  if (status) out.field(2, 'Image ID', status.imageID);
  out.field(
    2,
    `Port${plural}`,
    text((port) => port.containerPort),
  );
  out.field(
    2,
    `Host Port${plural}`,
    text((port) => port.hostPort ?? 0),
  );
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
  } else if (terminated) {
    out.field(2, title, 'Terminated');
    if (terminated.reason) out.field(3, 'Reason', terminated.reason);
    if (terminated.message) out.field(3, 'Message', terminated.message);
    out.field(3, 'Exit Code', terminated.exitCode ?? 0);
    if (terminated.signal) out.field(3, 'Signal', terminated.signal);
    out.field(3, 'Started', timeText(terminated.startedAt));
    out.field(3, 'Finished', timeText(terminated.finishedAt));
  } else {
    out.field(2, title, 'Waiting');
    if (waiting?.reason) out.field(3, 'Reason', waiting.reason);
  }
}

function writeAmounts(out: DescribeText, title: string, amounts: Record<string, string> | undefined): void {
  const names = Object.keys(amounts ?? {}).sort();
  if (names.length === 0) return;
  out.line(2, `${title}:`);
  for (const name of names) out.field(3, name, amounts?.[name]);
}

function writeProbes(out: DescribeText, container: Container): void {
  const probes = {
    Liveness: container.livenessProbe,
    Readiness: container.readinessProbe,
    Startup: container.startupProbe,
  };
  for (const [title, probe] of Object.entries(probes)) if (probe) out.field(2, title, probeText(probe));
}

/** `http-get http://:8080/healthz delay=3s timeout=1s period=10s #success=1 #failure=3` */
function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0 } = probe;
  const { successThreshold = 0, failureThreshold = 0, exec, httpGet, tcpSocket, grpc } = probe;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  const attributes = `${times} #success=${successThreshold} #failure=${failureThreshold}`;
  if (exec) return `exec [${(exec.command ?? []).join(' ')}] ${attributes}`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port = '', path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path} ${attributes}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port ?? ''} ${attributes}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''} ${attributes}`;
  return `unknown ${attributes}`;
}

function writeMounts(out: DescribeText, { volumeMounts = [], volumeDevices = [] }: Container): void {
  if (volumeMounts.length === 0) out.field(2, 'Mounts', NONE);
  else out.line(2, 'Mounts:');
  for (const mount of volumeMounts.toSorted((a, b) => (a.mountPath < b.mountPath ? -1 : 1))) {
    const flags = [mount.readOnly ? 'ro' : 'rw', ...(mount.subPath ? [`path=${JSON.stringify(mount.subPath)}`] : [])];
    out.line(3, `${mount.mountPath} from ${mount.name} (${flags.join(',')})`);
  }
  if (volumeDevices.length > 0) out.line(2, 'Devices:');
  for (const device of volumeDevices) out.line(3, `${device.devicePath} from ${device.name}`);
}
