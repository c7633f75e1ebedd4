import type { KubeObject } from '../../../api/meta.ts';
import { answersHttp, httpStatus, listens } from '../../network/responders.ts';
import type { ContainerSpec, Probe } from '../../runtime/container.ts';

/** What a probe that fails says: `failed` counts against the container, `errored` is only told (prober/prober.go). */
export interface Complaint {
  kind: 'failed' | 'errored';
  message: string;
}

const failed = (message: string): Complaint => ({ kind: 'failed', message });

/** A number, or the name of one of the container's own ports (pkg/probe/util.go). */
function portOf(port: number | string | undefined, { ports = [] }: ContainerSpec): number | Complaint {
  const number =
    typeof port === 'number' ? port : (ports.find(({ name }) => name === port)?.containerPort ?? Number(port));
  if (!Number.isInteger(number))
    return { kind: 'errored', message: `strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax` };
  return number > 0 && number < 65_536 ? number : { kind: 'errored', message: `invalid port number: ${number}` };
}

const refused = (ip: string, port: number): string => `dial tcp ${ip}:${port}: connect: connection refused`;

/** A command that can only fail; what else an image would do with one is believed to go well. */
const FALSE = /^((\/usr)?\/bin\/)?(sh|ash|bash|dash) -c (false|exit [1-9]\d*)$|^((\/usr)?\/bin\/)?false$/;

/** What is wrong for as long as the pod is as it is; undefined: the probe succeeds. */
export function standingComplaint(pod: KubeObject, container: ContainerSpec, probe: Probe): Complaint | undefined {
  const ip: string = pod['status']?.podIP ?? '';
  const all: ContainerSpec[] = [
    ...pod['spec'].containers,
    ...((pod['spec'].initContainers ?? []) as ContainerSpec[]).filter(
      ({ restartPolicy }) => restartPolicy === 'Always',
    ),
  ];
  if (probe.exec) return FALSE.test((probe.exec.command ?? []).join(' ')) ? failed('') : undefined;
  const action = probe.httpGet ?? probe.tcpSocket ?? probe.grpc;
  if (!action) return undefined;
  const port = portOf(action['port'], container);
  if (typeof port !== 'number') return port;
  const host: string = (probe.grpc ? undefined : action['host']) || ip;
  const listener = all.find((one) => listens(one, port));
  if (probe.tcpSocket) return listener ? undefined : failed(refused(host, port));
  if (probe.grpc) {
    if (listener && answersHttp(listener)) return undefined;
    const after = `${probe.timeoutSeconds ?? 1}s`;
    return failed(`timeout: failed to connect service "${host}:${port}" within ${after}: context deadline exceeded`);
  }
  const { scheme = 'HTTP', path = '/' } = probe.httpGet!;
  const url = `${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  if (!listener) return failed(`Get ${JSON.stringify(url)}: ${refused(host, port)}`);
  if (!answersHttp(listener)) return failed(`Get ${JSON.stringify(url)}: EOF`);
  const status = httpStatus(listener, path.split('?')[0]!);
  return status < 400 ? undefined : failed(`HTTP probe failed with statuscode: ${status}`);
}
