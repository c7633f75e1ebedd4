import { isIP } from 'node:net';
import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { LOOPBACK } from '../../store/forwards/forward-list.ts';
import { isListenError } from '../../store/forwards/listen-failure.ts';
import type { ForwardEvent } from '../../store/forwards/supervisor.ts';
import { checkForwardPorts, type ForwardTarget, readForwardPort, targetOf } from '../../store/forwards/target.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { readPodTimeout } from '../exec/exec.ts';
import { usageError } from '../shared/errors.ts';
import { orMissingNamespace } from '../shared/missing-namespace.ts';
import { readOneObject } from '../shared/one-object.ts';
import { attachablePod } from '../shared/workload-pods.ts';
import { runForward } from './session.ts';

interface PortForwardOptions {
  target: string;
  ports: readonly string[];
  addresses: readonly ListenAddress[];
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
    const { target, pod } = await openTarget(word, texts, cluster, podTimeout, context);
    const ports = texts.map((text) => readForwardPort(text, target));
    const refused: string[] = [];
    const write = eventWriter(context.io);
    try {
      await runForward(target, cluster, {
        ports,
        addresses: addresses.map(({ address }) => address),
        required: new Set(addresses.flatMap(({ address, isRequired }) => (isRequired ? [address] : []))),
        pod,
        signal: context.signal,
        report(event) {
          if (event.type === 'unopened') refused.push(`{${event.local} ${ports[refused.length]?.remote(pod)}}`);
          write(event);
        },
      });
    } catch (error) {
      if (!isListenError(error)) throw error;
      const wanted = refused.join(' ');
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
): Promise<{ target: ForwardTarget; pod: KubeObject }> {
  const object = await readOneObject([word], cluster, context).catch(async (error: unknown) => {
    throw await orMissingNamespace(error, cluster.namespace, cluster, context.signal);
  });
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
  const resource = await cluster.discovery.resolveKind(object.apiVersion, object.kind);
  return { target: targetOf(resource, object), pod };
}

interface ListenAddress {
  address: string;
  isRequired: boolean;
}

/**
 * kubectl's `localhost` means both loopback addresses, of which one is enough; whoever names an address wants it
 * (client-go, `portforward`, parseAddresses). In the order of their letters.
 */
function spellOut(words: readonly string[]): ListenAddress[] {
  const found = new Map<string, ListenAddress>();
  for (const word of words) {
    const isLocalhost = word === 'localhost';
    if (!isLocalhost && !isIP(word)) throw new KctlError('usage', `${word} is not a valid IP`);
    for (const address of isLocalhost ? LOOPBACK : [word]) {
      if (!isLocalhost || !found.has(address)) found.set(address, { address, isRequired: !isLocalhost });
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** Go's words for what the system says of a listener. */
const systemWords: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

function unopened({ local, failures }: Extract<ForwardEvent, { type: 'unopened' }>): string {
  const words = failures.map(({ address, error }) => {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const why = systemWords[code] ? `bind: ${systemWords[code]}` : message;
    const where = `${isIP(address) === 6 ? 'tcp6' : 'tcp4'} ${host(address)}:${local}`;
    return `unable to create listener: Error listen ${where}: ${why}`;
  });
  return `Unable to listen on port ${local}: Listeners failed to create with the following errors: [${words.join(' ')}]\n`;
}

const host = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** What each event says, and where; kubectl's lines on stdout, what kubectl does not do on stderr. */
export function eventWriter({ stdout, stderr }: IoStreams): (event: ForwardEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'listening':
        stdout.write(`Forwarding from ${host(event.address)}:${event.local} -> ${event.remote}\n`);
        break;
      case 'connection':
        stdout.write(`Handling connection for ${event.local}\n`);
        break;
      case 'unopened':
        stderr.write(unopened(event));
        break;
      default:
        tellTrouble(event, (line) => void stderr.write(`${line}\n`));
    }
  };
}

/** Moves and failures, said the same way by `port-forward` and `pf`. */
export function tellTrouble(event: ForwardEvent, say: (line: string) => void): void {
  if (event.type === 'moved') say(`Pod ${event.from || '-'} is gone, now forwarding to pod ${event.to}`);
  if (event.type === 'error') say(`error: ${escapeTerminal(event.message)}`);
  if (event.type !== 'waiting') return;
  say(`${event.lost ? `Pod ${event.lost} is gone, waiting for another one` : 'Waiting for a pod'}: ${event.reason}`);
}
