import { isIP } from 'node:net';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { openUrl } from '../../lib/open-url.ts';
import { ForwardList, LOOPBACK } from '../../store/forwards/forward-list.ts';
import { keepForwards } from '../../store/forwards/keep-forwards.ts';
import { isListenError, listenFailure } from '../../store/forwards/listen-failure.ts';
import { localCandidates } from '../../store/forwards/local-port.ts';
import type { ForwardNetwork } from '../../store/forwards/network.ts';
import type { RunningForward } from '../../store/forwards/running-forward.ts';
import type { CommandContext } from '../command.ts';
import { announced, type ForwardsOptions } from './forwards-options.ts';
import { LiveStatus } from './live-status.ts';
import { giveNames, type Loopback } from './loopback-names.ts';
import { runOnReady } from './on-ready.ts';
import { tellTrouble } from './port-forward.ts';
import { type ResolvedWish, resolveWishes } from './resolve-wishes.ts';
import { statusLines } from './status-table.ts';

/** Runs forwards until a signal, or until the last one has been stopped from elsewhere. */
export async function runForwards(options: ForwardsOptions, context: CommandContext): Promise<void> {
  if (options.background && options.keeperId === '') {
    const { startInBackground } = await import('./background.ts');
    return startInBackground(options, context);
  }
  const { io, signal } = context;
  const wishes = await resolveWishes(options.wishes, context);
  const list = new ForwardList({
    report(_forward, event) {
      if (!isStarted && event.type !== 'waiting') return;
      tellTrouble(event, (line) => status.say(line, 'stderr'));
    },
  });
  let isStarted = false;
  const status = new LiveStatus(io, (width) => [...statusLines(list.getSnapshot(), width), 'Ctrl-C ends it']);
  const networks = new Networks();
  const names = options.hostNames
    ? await giveNames(wishes, io.env, (line) => status.say(line, 'stderr'))
    : { loopbacks: [], release: async () => {} };
  let signOut = async () => {};
  let child: ReturnType<typeof runOnReady> | undefined;
  try {
    const forwards = await startAll(list, wishes, names.loopbacks, networks, options, context);
    isStarted = true;
    signOut = await keepForwards(
      list,
      io.env,
      options.keeperId ? 'background' : 'command',
      options.keeperId || undefined,
    );
    for (const forward of forwards) status.say(announced(forward, list.getSnapshot().length === 1));
    status.show();
    list.subscribe(() => status.changed());
    if (options.open) await openAll(forwards, io.env, (line) => status.say(line, 'stderr'));
    if (options.onReady) child = runOnReady(options.onReady, forwards, io, (line, stream) => status.say(line, stream));
    await overOrAborted(list, signal);
    if (!signal.aborted) status.say('All forwards have been stopped.', 'stderr');
  } finally {
    status.end();
    child?.kill();
    list.stopAll();
    await signOut();
    networks.close();
    await names.release().catch((error: Error) => io.stderr.write(`warning: ${error.message}\n`));
  }
}

/** One network for each cluster. */
class Networks {
  readonly #made = new Map<Cluster['transport'], Promise<ForwardNetwork>>();

  of({ transport }: Cluster): Promise<ForwardNetwork> {
    const known = this.#made.get(transport);
    if (known) return known;
    const made = import('../../kube/forward-network.ts').then(
      ({ ClusterForwardNetwork }) => new ClusterForwardNetwork(transport),
    );
    this.#made.set(transport, made);
    return made;
  }

  close(): void {
    for (const network of this.#made.values()) void network.then((each) => each.close());
  }
}

async function startAll(
  list: ForwardList,
  wishes: readonly ResolvedWish[],
  loopbacks: readonly (Loopback | undefined)[],
  networks: Networks,
  { addresses, set }: ForwardsOptions,
  { tool, signal }: CommandContext,
): Promise<RunningForward[]> {
  const spelled = addresses.flatMap((address) => (address === 'localhost' ? LOOPBACK : [address]));
  for (const address of spelled) if (!isIP(address)) throw new KctlError('usage', `${address} is not a valid IP`);
  const started: RunningForward[] = [];
  // One after the other, so that the same words get the same ports each time.
  for (const [at, { wish, cluster, target, ports }] of wishes.entries()) {
    const loopback = loopbacks[at];
    const { name = '' } = target.object.metadata;
    for (const { remote, local } of ports) {
      signal.throwIfAborted();
      try {
        const forward = await list.start({
          name: ports.length > 1 ? `${name}:${remote}` : name,
          target,
          remote,
          local,
          context: cluster.contextName,
          network: await networks.of(cluster),
          addresses: loopback ? [loopback.address] : spelled,
          set,
          ...(loopback ? { host: loopback.host, candidates: onOwnAddress(remote) } : hostOf(spelled)),
        });
        started.push(forward);
      } catch (error) {
        if (!isListenError(error)) throw error;
        const hint = `Leave the local port out to take a free one: ${tool} pf ${wish.target}=${remote}`;
        throw listenFailure(error, local || error.port || 0, local ? hint : undefined);
      }
    }
  }
  return started;
}

/** Nobody else is on an address of one's own, so that the port may be the same. */
function onOwnAddress(remote: string): number[] {
  return /^\d+$/.test(remote) ? [Number(remote), ...localCandidates(Number(remote))] : [];
}

function hostOf(addresses: readonly string[]): { host?: string } {
  const isLocal = addresses.some((address) => LOOPBACK.includes(address as '::1') || /^(0\.0\.0\.0|::)$/.test(address));
  return isLocal ? {} : { host: addresses[0]! };
}

async function openAll(
  forwards: readonly RunningForward[],
  env: Record<string, string | undefined>,
  say: (line: string) => void,
): Promise<void> {
  for (const { url, name } of forwards) {
    if (!/^https?:/.test(url)) say(`${escapeTerminal(name)} is no web server: ${url} is not opened`);
    else await openUrl(url, env).catch((error: Error) => say(`cannot open ${url}: ${error.message}`));
  }
}

/** Until the signal comes, or nothing is left to wait for. */
function overOrAborted(list: ForwardList, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The ports are the sockets' of a process that must not end before them.
    const stay = setInterval(() => {}, 60_000);
    const look = () => {
      for (const { id, phase } of list.getSnapshot()) if (phase === 'lost') list.stop(id);
      if (!signal.aborted && list.getSnapshot().length > 0) return;
      unsubscribe();
      clearInterval(stay);
      resolve();
    };
    const unsubscribe = list.subscribe(look);
    signal.addEventListener('abort', look, { once: true });
    look();
  });
}
