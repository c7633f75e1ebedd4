import type { KubeObject } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import { KctlError } from '../../lib/errors.ts';
import { Observable } from '../observable.ts';
import { systemTiming, type Timing } from '../timing.ts';
import { type Listen, listenTcp } from './local-listener.ts';
import { listenNear, localCandidates } from './local-port.ts';
import type { ForwardNetwork } from './network.ts';
import { PodPool } from './pod-pool.ts';
import { localUrl } from './port-url.ts';
import type { RunningForward } from './running-forward.ts';
import { type ForwardEvent, type ForwardPort, PortForwardSupervisor } from './supervisor.ts';
import { type ContainerPort, type ForwardTarget, findServicePort, readForwardPort } from './target.ts';
import { onWake } from './wake.ts';

/** One forward to start. */
export interface ForwardRequest {
  /** What the user calls it. */
  name: string;
  target: ForwardTarget;
  /** Remote port as text: a number, or a name. */
  remote: string;
  /** 0: the same number as the remote one, or the next free one. */
  local: number;
  /** Tried where `local` is 0, best first; default: see `localCandidates`. */
  candidates?: readonly number[];
  /** The saved set that it was started from. */
  set?: string;
  context: string;
  network: ForwardNetwork;
  /** Default: both loopback addresses, of which one is enough. */
  addresses?: readonly string[];
  /** In its URL, in place of `localhost`. */
  host?: string;
  /** A pod that is known already: what is forwarded to at once. */
  pod?: KubeObject;
}

interface Entry {
  id: string;
  request: ForwardRequest;
  pool: PodPool;
  source: Source<KubeObject>;
  supervisor: PortForwardSupervisor;
  port: ForwardPort;
  facts: Pick<RunningForward, 'remote' | 'remoteName' | 'since'>;
  unsubscribe(): void;
}

export interface ForwardListOptions {
  /** Told of what happens to each forward. */
  report?: (forward: RunningForward, event: ForwardEvent) => void;
  listen?: Listen;
  timing?: Timing;
}

/** `localhost`, by both its addresses. */
export const LOOPBACK = ['127.0.0.1', '::1'] as const;

/** How long a start waits to hear of pods; a forward without any pod is open, and waits for one. */
const FIRST_LIST_MS = 10_000;

/** The forwards of this process: what a command or the dashboard starts, shows, stops and starts again. */
export class ForwardList extends Observable<readonly RunningForward[]> {
  readonly #options: ForwardListOptions;
  readonly #timing: Timing;
  readonly #entries = new Map<string, Entry>();
  #made = 0;
  #awake: (() => void) | undefined;

  constructor(options: ForwardListOptions = {}) {
    super([]);
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
  }

  /**
   * Resolves once the local port is open.
   * @throws KctlError in the user's words, or the system's error of `listen`; nothing is left of the forward then
   */
  async start(request: ForwardRequest): Promise<RunningForward> {
    const id = `${process.pid}-${++this.#made}`;
    const entry = this.#make(id, request);
    this.#entries.set(id, entry);
    this.#awake ??= onWake(this.#timing, () => this.#wake());
    try {
      await this.#run(entry);
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
    return this.#shown(entry);
  }

  /** Closes the port and its connections, and takes it off the list. False where there is none of that id. */
  stop(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry) this.#forget(entry);
    return entry !== undefined;
  }

  stopAll(): void {
    for (const id of [...this.#entries.keys()]) this.stop(id);
  }

  /** Drops all connections and starts it anew on the same local port, with fresh counters. */
  async restart(id: string): Promise<RunningForward> {
    const before = this.#entries.get(id);
    if (!before) throw new KctlError('input', `there is no forward ${id}`);
    const { local } = this.#shown(before);
    this.#close(before);
    const { pod: _, ...request } = before.request;
    const entry = this.#make(id, { ...request, local });
    this.#entries.set(id, entry);
    try {
      await this.#run(entry);
    } catch (error) {
      this.#forget(entry);
      throw error;
    }
    return this.#shown(entry);
  }

  /** As it is at this moment; the snapshot follows a few times a second. */
  now(): readonly RunningForward[] {
    return [...this.#entries.values()].map((entry) => this.#shown(entry));
  }

  #make(id: string, request: ForwardRequest): Entry {
    const { target, remote, local, network, addresses = LOOPBACK } = request;
    const port = readForwardPort(remote, target);
    const facts = { ...remoteFacts(target, remote), since: this.#timing.now() };
    const listen = this.#options.listen ?? listenTcp;
    const pool = new PodPool();
    if (request.pod) pool.change('ADDED', request.pod);
    const supervisor = new PortForwardSupervisor({
      pool,
      ports: [{ ...port, local }],
      addresses,
      listen:
        local === 0
          ? listenNear(request.candidates ?? localCandidates(facts.remote), listen, addresses.slice(1))
          : listen,
      network,
      mayMove: target.mayMove,
      timing: this.#timing,
      report: (event) => this.#options.report?.(this.#shown(entry), event),
    });
    const unsubscribe = supervisor.subscribe(() => this.#changed(entry));
    const source = network.pods(target.pods);
    const entry: Entry = { id, request, pool, source, supervisor, port, facts, unsubscribe };
    return entry;
  }

  async #run(entry: Entry): Promise<void> {
    entry.source.start(entry.pool);
    if (!entry.request.pod) await this.#heard(entry.pool);
    await entry.supervisor.start();
  }

  /** Until the pool has said what there is. @throws what keeps it from that */
  #heard(pool: PodPool): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (pool.error) reject(pool.error);
      else if (pool.listed) resolve();
    };
    const unsubscribe = pool.subscribe(look);
    const timer = this.#timing.after(FIRST_LIST_MS, resolve);
    look();
    return promise.finally(() => {
      unsubscribe();
      timer.cancel();
    });
  }

  #close({ supervisor, source, unsubscribe }: Entry): void {
    unsubscribe();
    supervisor.stop();
    source.stop();
  }

  #forget(entry: Entry): void {
    this.#close(entry);
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
    if (this.#entries.size === 0) {
      this.#awake?.();
      this.#awake = undefined;
    }
    this.#tell();
  }

  #changed(entry: Entry): void {
    // One that has lost its pod for good is no more than a line of its own.
    if (this.#entries.get(entry.id) === entry) this.#tell();
  }

  #tell(): void {
    this.publish(this.now());
  }

  #shown({ id, request, pool, port, supervisor, facts }: Entry): RunningForward {
    const { listeners, ...snapshot } = supervisor.getSnapshot();
    const local = listeners[0]?.local ?? request.local;
    const { resource, object } = request.target;
    return {
      ...snapshot,
      ...supervisor.traffic,
      ...facts,
      id,
      name: request.name,
      set: request.set ?? '',
      target: `${resource.singular || resource.kind.toLowerCase()}/${object.metadata.name}`,
      namespace: object.metadata.namespace ?? '',
      context: request.context,
      container: containerOf(port, pool.called(snapshot.pod)),
      local,
      addresses: listeners.map(({ address }) => address),
      url: localUrl(local, { remote: facts.remote, name: facts.remoteName }, request.host),
    };
  }

  /** What was open before a sleep of the machine may be dead without anybody having said so. */
  #wake(): void {
    for (const network of new Set([...this.#entries.values()].map(({ request }) => request.network))) network.wake();
    for (const entry of this.#entries.values()) {
      entry.source.stop();
      entry.source = entry.request.network.pods(entry.request.target.pods);
      entry.source.start(entry.pool);
    }
  }
}

function remoteFacts({ object }: ForwardTarget, text: string): Pick<RunningForward, 'remote' | 'remoteName'> {
  if (object.kind === 'Service') {
    const { port, name = '' } = findServicePort(object, text);
    return { remote: port, remoteName: name };
  }
  const spec = object.kind === 'Pod' ? object.spec : object.spec?.template?.spec;
  const declared = (spec?.containers ?? []).flatMap(
    (each: { ports?: { name?: string; containerPort: number }[] }) => each.ports ?? [],
  );
  const found = declared.find(
    (port: { name?: string; containerPort: number }) => port.name === text || String(port.containerPort) === text,
  );
  if (!found && !/^\d+$/.test(text)) {
    throw new KctlError('input', `${object.kind} '${object.metadata.name}' does not have a named port '${text}'`);
  }
  return { remote: found?.containerPort ?? Number(text), remoteName: found?.name ?? '' };
}

/** '' where no container of the pod declares the port, or it does not have one of that name. */
function containerOf(port: ForwardPort, pod: KubeObject | undefined): string {
  if (!pod) return '';
  try {
    const remote = port.remote(pod);
    const containers: { name: string; ports?: ContainerPort[] }[] = pod.spec?.containers ?? [];
    return containers.find(({ ports = [] }) => ports.some(({ containerPort }) => containerPort === remote))?.name ?? '';
  } catch {
    return '';
  }
}
