import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { ForwardEvent } from '../../store/forwards/supervisor.ts';
import { checkForwardPorts, type ForwardTarget, readForwardPort, targetOf } from '../../store/forwards/target.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { readPodTimeout } from '../exec/exec.ts';
import { usageError } from '../shared/errors.ts';
import { readOneObject } from '../shared/one-object.ts';
import { attachablePod } from '../shared/workload-pods.ts';
import { listenFailure, runForward } from './session.ts';

interface PortForwardOptions {
  target: string;
  ports: readonly string[];
  addresses: readonly string[];
  podTimeout: number;
}

/** `kctl port-forward`: like kubectl's, and it moves to another pod when the one in use goes. */
export const portForwardCommand = defineCommand<PortForwardOptions>({
  flags: [
    {
      name: 'address',
      type: 'stringSlice',
      default: ['localhost'],
      describe: 'Addresses to listen on, separated by commas: IP addresses or localhost.',
    },
    {
      name: 'pod-running-timeout',
      type: 'duration',
      default: '1m0s',
      describe: 'How long to wait until at least one pod is running.',
    },
  ],
  complete({ args, afterDash = [], flags }, { tool, commandPath }) {
    const [target, ...ports] = [...args, ...afterDash];
    if (target === undefined || ports.length === 0) {
      throw usageError('TYPE/NAME and list of ports are required for port-forward', `${tool} ${commandPath}`);
    }
    return {
      target,
      ports,
      addresses: spellOut(flags.address as readonly string[]),
      podTimeout: readPodTimeout(flags, `${tool} ${commandPath}`),
    };
  },
  async run({ target: word, ports: texts, addresses, podTimeout }, context) {
    const cluster = await context.connect();
    const target = await openTarget(word, texts, cluster, podTimeout, context);
    const ports = texts.map((text) => readForwardPort(text, target));
    try {
      const report = eventWriter(context.io);
      await runForward(target, cluster, { ports, addresses, podTimeout, signal: context.signal, report });
    } catch (error) {
      if (!isListenError(error)) throw error;
      const { message } = listenFailure(error, error.port ?? 0);
      context.io.stderr.write(`Unable to listen on port ${error.port}: ${message}\n`);
      const wanted = texts.map((text) => `{${text.replace(':', ' ')}}`).join(' ');
      throw new KctlError('conflict', `unable to listen on any of the requested ports: [${wanted}]`, { cause: error });
    }
  },
});

/** What is forwarded to, once there is a pod that could be. @throws KctlError in kubectl's words */
async function openTarget(
  word: string,
  ports: readonly string[],
  cluster: Cluster,
  podTimeout: number,
  context: CommandContext,
): Promise<ForwardTarget> {
  const object = await readOneObject([word], cluster, context);
  const pod = await attachablePod(object, cluster, podTimeout, context.signal);
  try {
    checkForwardPorts(ports, object, pod);
  } catch (error) {
    // Scripts know kubectl's one line; what could be meant is for people.
    if (!(error instanceof KctlError) || context.io.stderr.isTTY) throw error;
    throw new KctlError(error.code, error.message, { cause: error });
  }
  const phase = pod.status?.phase;
  if (phase !== 'Running') {
    throw new KctlError('api', `unable to forward port because pod is not running. Current status=${phase ?? ''}`);
  }
  return targetOf(await cluster.discovery.resolveKind(object.apiVersion, object.kind), object);
}

/** kubectl's `localhost` means both loopback addresses, of which one is enough. */
function spellOut(addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => {
    if (address === 'localhost') return ['127.0.0.1', '::1'];
    if (/^[\d.]+$/.test(address) || address.includes(':')) return [address];
    throw new KctlError('usage', `${address} is not a valid IP`);
  });
}

export function isListenError(error: unknown): error is NodeJS.ErrnoException & { port?: number } {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'listen';
}

/** What each event says, and where; kubectl's lines on stdout, what kubectl does not do on stderr. */
export function eventWriter({ stdout, stderr }: IoStreams): (event: ForwardEvent) => void {
  const host = (address: string) => (address.includes(':') ? `[${address}]` : address);
  return (event) => {
    switch (event.type) {
      case 'listening':
        stdout.write(`Forwarding from ${host(event.address)}:${event.local} -> ${event.remote}\n`);
        break;
      case 'connection':
        stdout.write(`Handling connection for ${event.local}\n`);
        break;
      default:
        tellTrouble(event, stderr);
    }
  };
}

/** Moves and failures, said the same way by `port-forward` and `pf`. */
export function tellTrouble(event: ForwardEvent, stderr: IoStreams['stderr']): void {
  if (event.type === 'moved') stderr.write(`Pod ${event.from} is gone, now forwarding to pod ${event.to}\n`);
  if (event.type === 'waiting') stderr.write(`Pod ${event.lost} is gone, waiting for another one\n`);
  if (event.type === 'error') stderr.write(`error: ${escapeTerminal(event.message)}\n`);
}
