import type { PodTemplate } from '../../store/rollout/revisions.ts';
import { volumeLines } from './volume-lines.ts';

interface Container {
  name: string;
  image?: string;
  ports?: { containerPort: number; hostPort?: number; protocol?: string }[];
  command?: string[];
  args?: string[];
  env?: EnvVar[];
  envFrom?: { prefix?: string; configMapRef?: Ref; secretRef?: Ref }[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; subPath?: string }[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
}

interface Ref {
  name: string;
  key?: string;
  optional?: boolean;
}

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { apiVersion?: string; fieldPath: string };
    resourceFieldRef?: { resource: string };
    secretKeyRef?: Ref;
    configMapKeyRef?: Ref;
  };
}

interface Probe {
  exec?: { command?: string[] };
  httpGet?: { scheme?: string; host?: string; port?: number | string; path?: string };
  tcpSocket?: { host?: string; port?: number | string };
  grpc?: { port: number; service?: string | null };
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

/**
 * A pod template as `kubectl rollout history --revision` prints it: describe's lines, but with the
 * tabs left as they are, since nothing aligns them there. Ends with a line end.
 */
export function podTemplateText(template: PodTemplate): string {
  const { metadata = {}, spec = {} } = template;
  const lines = ['Pod Template:', ...pairs('Labels', labelTexts(metadata.labels))];
  if (Object.keys(metadata.annotations ?? {}).length > 0) {
    lines.push(...pairs('Annotations', annotationTexts(metadata.annotations!)));
  }
  if (spec.serviceAccountName) lines.push(`  Service Account:\t${spec.serviceAccountName}`);
  if (spec.initContainers?.length) lines.push('  Init Containers:', ...spec.initContainers.flatMap(containerLines));
  lines.push(`  Containers:${spec.containers?.length ? '' : '\t<none>'}`);
  lines.push(...(spec.containers ?? []).flatMap(containerLines));
  lines.push(...volumeLines((spec.volumes ?? []) as Parameters<typeof volumeLines>[0]));
  if (spec.priorityClassName) lines.push(`  Priority Class Name:\t${spec.priorityClassName}`);
  lines.push(...pairs('Node-Selectors', labelTexts(spec.nodeSelector as Record<string, string> | undefined)));
  lines.push(...pairs('Tolerations', (spec.tolerations as Toleration[] | undefined)?.map(tolerationText) ?? []));
  return `${lines.join('\n')}\n`;
}

/** The title with the first text beside it and the others below; `<none>` without texts. */
function pairs(title: string, texts: readonly string[]): string[] {
  return [`  ${title}:\t${texts[0] ?? '<none>'}`, ...texts.slice(1).map((text) => `\t${text}`)];
}

function sorted(map: Readonly<Record<string, string>> | undefined): [string, string][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

const labelTexts = (map: Readonly<Record<string, string>> | undefined) =>
  sorted(map).map(([key, value]) => `${key}=${value}`);

/** Longest annotation that kubectl prints on one line, key included. */
const ANNOTATION_WIDTH = 140;

function annotationTexts(map: Readonly<Record<string, string>>): string[] {
  return sorted(map).map(([key, value]) => {
    const text = value.replace(/\n$/, '');
    if (text.length + key.length + 2 <= ANNOTATION_WIDTH && !text.includes('\n')) return `${key}: ${text}`;
    const short = (line: string) =>
      line.length > ANNOTATION_WIDTH - 2 ? `${line.slice(0, ANNOTATION_WIDTH - 2)}...` : line;
    return [`${key}:`, ...text.split('\n').map((line) => `\t  ${short(line)}`)].join('\n');
  });
}

interface Toleration {
  key?: string;
  value?: string;
  effect?: string;
  operator?: string;
  tolerationSeconds?: number;
}

function tolerationText({ key = '', value = '', effect = '', operator, tolerationSeconds }: Toleration): string {
  const what = `${key}${value && `=${value}`}${effect && `:${effect}`}`;
  const exists = operator === 'Exists' && value === '' ? `${what === '' ? '' : ' '}op=Exists` : '';
  return `${what}${exists}${tolerationSeconds === undefined ? '' : ` for ${tolerationSeconds}s`}`;
}

function containerLines(container: Container): string[] {
  const ports = (container.ports ?? []).map((port) => `${port.containerPort}/${port.protocol ?? 'TCP'}`);
  const hostPorts = (container.ports ?? []).map((port) => `${port.hostPort ?? 0}/${port.protocol ?? 'TCP'}`);
  const many = ports.length > 1 ? 's' : '';
  const words = (title: string, list: readonly string[] | undefined) =>
    list?.length ? [`    ${title}:`, ...list.flatMap((word) => word.split('\n')).map((line) => `      ${line}`)] : [];
  return [
    `   ${container.name}:`,
    `    Image:\t${container.image ?? ''}`,
    `    Port${many}:\t${ports.join(', ') || '<none>'}`,
    `    Host Port${many}:\t${hostPorts.join(', ') || '<none>'}`,
    ...words('Command', container.command),
    ...words('Args', container.args),
    ...amounts('Limits', container.resources?.limits),
    ...amounts('Requests', container.resources?.requests),
    ...probe('Liveness', container.livenessProbe),
    ...probe('Readiness', container.readinessProbe),
    ...probe('Startup', container.startupProbe),
    ...envFromLines(container),
    `    Environment:${container.env?.length ? '' : '\t<none>'}`,
    ...(container.env ?? []).flatMap(envLines),
    `    Mounts:${container.volumeMounts?.length ? '' : '\t<none>'}`,
    ...(container.volumeMounts ?? [])
      .toSorted((a, b) => (a.mountPath < b.mountPath ? -1 : 1))
      .map(({ name, mountPath, readOnly, subPath }) => {
        const flags = [readOnly ? 'ro' : 'rw', ...(subPath ? [`path="${subPath}"`] : [])];
        return `      ${mountPath} from ${name} (${flags.join(',')})`;
      }),
  ];
}

function amounts(title: string, map: Readonly<Record<string, string>> | undefined): string[] {
  const rows = sorted(map).map(([name, amount]) => `      ${name}:\t${amount}`);
  return rows.length > 0 ? [`    ${title}:`, ...rows] : [];
}

function probe(title: string, value: Probe | undefined): string[] {
  if (!value) return [];
  const { initialDelaySeconds: delay = 0, timeoutSeconds: timeout = 1, periodSeconds: period = 10 } = value;
  const { successThreshold: success = 1, failureThreshold: failure = 3 } = value;
  const times = `delay=${delay}s timeout=${timeout}s period=${period}s #success=${success} #failure=${failure}`;
  return [`    ${title}:\t${probeTarget(value)} ${times}`];
}

function probeTarget({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet) {
    const { scheme = 'HTTP', host = '', port = '', path = '' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path}`;
  }
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port ?? ''}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`;
  return 'unknown';
}

function envFromLines({ envFrom = [] }: Container): string[] {
  if (envFrom.length === 0) return [];
  return [
    '    Environment Variables from:',
    ...envFrom.map(({ prefix, configMapRef, secretRef }) => {
      const ref = configMapRef ?? secretRef;
      const kind = configMapRef ? 'ConfigMap' : 'Secret';
      const optional = `Optional: ${ref?.optional === true}`;
      return `      ${ref?.name ?? ''}\t${kind}${prefix ? ` with prefix '${prefix}'` : ''}\t${optional}`;
    }),
  ];
}

function envLines({ name, value = '', valueFrom }: EnvVar): string[] {
  if (!valueFrom) {
    const [first, ...others] = value.split('\n');
    return [`      ${name}:\t${first}`, ...others.map((line) => `      \t${line}`)];
  }
  const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  const optional = (ref: Ref) => `\tOptional: ${ref.optional === true}`;
  if (fieldRef) return [`      ${name}:\t (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`];
  if (resourceFieldRef) return [`      ${name}:\t0 (${resourceFieldRef.resource})`];
  if (secretKeyRef) {
    const { key, name: secret } = secretKeyRef;
    return [`      ${name}:\t<set to the key '${key}' in secret '${secret}'>${optional(secretKeyRef)}`];
  }
  if (configMapKeyRef) {
    const { key, name: map } = configMapKeyRef;
    return [`      ${name}:\t<set to the key '${key}' of config map '${map}'>${optional(configMapKeyRef)}`];
  }
  return [];
}
