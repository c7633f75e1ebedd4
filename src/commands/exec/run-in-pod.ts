import type { Readable, Writable } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { Transport } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { containerToJoin } from '../shared/pod-containers.ts';

/** One command without a terminal, for verbs that need a program of the container. */
export interface PodProgram {
  pod: KubeObject;
  /** '' takes the default. */
  container: string;
  command: readonly string[];
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  signal: AbortSignal;
  note: (line: string) => void;
}

/** @throws KctlError for a pod that has ended; what `runRemoteCommand` throws */
export async function runInPod(transport: Transport, program: PodProgram): Promise<void> {
  const { pod, command, stdin, stdout, stderr, signal } = program;
  refuseEnded(pod, 'exec into');
  const { runRemoteCommand } = await import('../../kube/streams/remote-command.ts');
  await runRemoteCommand(transport, {
    namespace: pod.metadata.namespace ?? '',
    pod: pod.metadata.name ?? '',
    container: program.container || containerToJoin(pod, '', program.note).name,
    subresource: 'exec',
    command,
    ...(stdin ? { stdin } : {}),
    ...(stdout ? { stdout } : {}),
    ...(stderr ? { stderr } : {}),
    tty: false,
    signal,
  });
}

/** @throws KctlError in kubectl's words: `cannot exec into a container in a completed pod` */
export function refuseEnded({ status }: KubeObject, what: string): void {
  const phase = status?.phase;
  if (phase !== 'Succeeded' && phase !== 'Failed') return;
  throw new KctlError('usage', `cannot ${what} a container in a completed pod; current phase is ${phase}`);
}
