import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import { KctlError } from '../../lib/errors.ts';
import { Observable } from '../observable.ts';
import { systemTiming, type Timing } from '../timing.ts';
import { cutOff, joinStreams } from './join-streams.ts';
import type { Listen, LocalListener } from './local-listener.ts';
import type { ForwardNetwork } from './network.ts';
import { isReady, type PodPool } from './pod-pool.ts';
import { type Traffic, TrafficCounter } from './traffic.ts';

/** One port to forward. */
export interface ForwardPort {
  /** 0 takes any free one. */
  local: number;
  /** The container's port in that pod; a named target port may be another number in another pod. */
  remote(pod: KubeObject): number;
}

export interface ForwardOptions {
  pool: PodPool;
  ports: readonly ForwardPort[];
  /** Tried in turn for each port; one that works is enough, but for those in `required`. */
  addresses: readonly string[];
  /** Addresses without which a port counts as not open. */
  required?: ReadonlySet<string>;
  listen: Listen;
  network: Pick<ForwardNetwork, 'dial' | 'warm'>;
  /** False for a forward to one named pod: when that goes, so does the forward. */
  mayMove: boolean;
  report?: (event: ForwardEvent) => void;
  timing?: Timing;
}

export type ForwardEvent =
  | { type: 'listening'; address: string; local: number; remote: number }
  /** A port that could not be opened, on these addresses; others may be open. */
  | { type: 'unopened'; local: number; failures: readonly { address: string; error: Error }[] }
  | { type: 'connection'; local: number }
  | { type: 'moved'; from: string; to: string }
  | { type: 'waiting'; lost: string; reason: string }
  | { type: 'error'; message: string }
  | { type: 'lost'; pod: string };

export interface ForwardSnapshot extends Traffic {
  phase: 'starting' | 'forwarding' | 'waiting' | 'lost' | 'stopped';
  /** Why it waits; '' otherwise. */
  reason: string;
  /** Name of the pod in use, or of the last one while it waits. */
  pod: string;
  listeners: readonly { address: string; local: number; remote: number }[];
  open: number;
  connections: number;
  lastError: string;
  /** Milliseconds since the epoch; 0 where there was no error. */
  lastErrorAt: number;
}

/**
 * How long a connection is held where nothing can take it at the moment: a rollout's gap is shorter, and browsers and
 * clients of databases ask again after a reset.
 */
const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Owns the local ports of one forward. Every connection goes to the pod in use; when that pod goes,
 * another one of the pool takes over, and connections that come meanwhile wait for it a while.
 */
export class PortForwardSupervisor extends Observable<ForwardSnapshot> {
  readonly #options: ForwardOptions;
  readonly #timing: Timing;
  readonly #traffic: TrafficCounter;
  readonly #abort = new AbortController();
  readonly #listeners: LocalListener[] = [];
  readonly #waiting = new Set<() => void>();
  #state: ForwardSnapshot;
  #podUid = '';
  #unsubscribe: () => void = () => {};

  constructor(options: ForwardOptions) {
    const nothing: Traffic = { received: 0, sent: 0, receivedRate: 0, sentRate: 0 };
    const counts = { open: 0, connections: 0, ...nothing };
    const initial: ForwardSnapshot = {
      phase: 'starting',
      reason: '',
      pod: '',
      listeners: [],
      lastError: '',
      lastErrorAt: 0,
      ...counts,
    };
    super(initial);
    this.#state = initial;
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
    this.#traffic = new TrafficCounter(this.#timing, (traffic) => this.#set(traffic));
  }

  /**
   * Chooses a pod, makes the way to it ready and opens the ports. Without a pod the ports are open all the same, and
   * wait for one.
   * @throws what the network throws, or Error of the first port for which no address could be opened; nothing stays
   * open then
   */
  async start(): Promise<void> {
    const { pool, ports, network } = this.#options;
    const pod = pool.pick();
    if (pod) this.#use(pod);
    try {
      if (pod) await network.warm({ namespace: pod.metadata.namespace ?? '', pod: pod.metadata.name ?? '' });
      if (this.#abort.signal.aborted) return;
      const failures: (Error | undefined)[] = [];
      for (const port of ports) failures.push(await this.#open(port, pod));
      const [first] = failures;
      if (first && failures.every((failure) => failure !== undefined)) throw first;
    } catch (error) {
      this.stop();
      throw error;
    }
    if (this.#abort.signal.aborted) return;
    this.#unsubscribe = pool.subscribe(() => this.#follow());
    if (pod) this.#set({ phase: 'forwarding' });
    this.#follow();
  }

  /** Counted up to this moment, which the snapshot is a little behind. */
  get traffic(): Traffic {
    return this.#traffic.now;
  }

  /** Closes ports and connections. */
  stop(): void {
    this.#unsubscribe();
    this.#traffic.stop();
    this.#abort.abort();
    for (const wake of [...this.#waiting]) wake();
    for (const listener of this.#listeners.splice(0)) listener.close();
    const still = { open: 0, receivedRate: 0, sentRate: 0, reason: '' };
    this.#set(this.#state.phase === 'lost' ? still : { ...still, phase: 'stopped' });
  }

  /** @returns why the port counts as not open; that leaves other ports alone */
  async #open(port: ForwardPort, pod: KubeObject | undefined): Promise<Error | undefined> {
    const { addresses, required = new Set() } = this.#options;
    let local = port.local;
    const failures: { address: string; error: Error }[] = [];
    for (const address of addresses) {
      try {
        const listener = await this.#options.listen(address, local, (socket) => {
          void this.#serve(socket, listener.port, port);
        });
        if (this.#abort.signal.aborted) listener.close();
        else this.#listeners.push(listener);
        // Further addresses of the same port take the number that the first one got.
        local = listener.port;
        const entry = { address, local: listener.port, remote: pod ? port.remote(pod) : 0 };
        this.#set({ listeners: [...this.#state.listeners, entry] });
        this.#report({ type: 'listening', ...entry });
      } catch (error) {
        failures.push({ address, error: error as Error });
      }
    }
    const isOpen = failures.length < addresses.length && !failures.some(({ address }) => required.has(address));
    if (isOpen) return undefined;
    this.#report({ type: 'unopened', local, failures });
    return failures[0]?.error ?? new Error('no address to listen on');
  }

  async #serve(socket: Duplex, local: number, port: ForwardPort): Promise<void> {
    this.#report({ type: 'connection', local });
    this.#set({ open: this.#state.open + 1, connections: this.#state.connections + 1 });
    // Before it is joined, a client that goes must not hit anyone.
    const early = () => {};
    socket.on('error', early);
    let remote = 0;
    try {
      const pod = await this.#connect(port);
      remote = pod.remote;
      socket.off('error', early);
      if (socket.destroyed) pod.stream.destroy();
      else await joinStreams(socket, pod.stream, (received, sent) => this.#traffic.add(received, sent));
    } catch (error) {
      cutOff(socket);
      if (!this.#abort.signal.aborted && !isClients(error)) this.#fail(error as Error, local, remote);
    }
    if (!this.#abort.signal.aborted) this.#set({ open: Math.max(0, this.#state.open - 1) });
  }

  /**
   * Dials the pod in use. One that does not answer is left for another, where there is one; while the API server
   * cannot be reached it is tried again, for as long as a connection is held.
   */
  async #connect(port: ForwardPort): Promise<{ stream: Duplex; remote: number }> {
    const { pool, mayMove, network } = this.#options;
    const { signal } = this.#abort;
    const until = this.#timing.now() + PATIENCE_MS;
    const avoid = new Set<string>();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const pod = pool.alive(this.#podUid) ?? (await this.#awaitPod(until));
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      try {
        const remote = port.remote(pod);
        return { stream: await network.dial({ namespace, pod: name, port: remote, signal }), remote };
      } catch (error) {
        if (signal.aborted || isFinal(error)) throw error;
        if (!isUnreachable(error)) avoid.add(uid);
        const next = mayMove && avoid.has(uid) ? pool.pick({ avoid }) : undefined;
        if (next) this.#moveTo(next);
        else if (this.#timing.now() + pause > until) throw error;
        else await this.#pause(pause);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#abort.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.#timing.after(ms, done);
      this.#abort.signal.addEventListener('abort', done, { once: true });
    });
  }

  #awaitPod(until: number): Promise<KubeObject> {
    const { pool } = this.#options;
    return new Promise((resolve, reject) => {
      const done = () => {
        timer.cancel();
        this.#waiting.delete(wake);
      };
      const timer = this.#timing.after(Math.max(0, until - this.#timing.now()), () => {
        done();
        reject(new Error(`refused, no pod is ready: ${pool.whyNone()}`));
      });
      const wake = () => {
        const pod = pool.alive(this.#podUid);
        if (this.#abort.signal.aborted) {
          done();
          reject(new Error('the forward was stopped'));
        } else if (pod) {
          done();
          resolve(pod);
        }
      };
      this.#waiting.add(wake);
    });
  }

  /** After each change of the pool: stay, move, wait, or give up. */
  #follow(): void {
    const { pool, mayMove } = this.#options;
    const current = pool.alive(this.#podUid);
    if (current && !mayMove) this.#set({ phase: 'forwarding', reason: '' });
    else if (!mayMove) this.#lose();
    else {
      const isGood = current && !current.metadata.deletionTimestamp && isReady(current);
      const next = isGood ? undefined : pool.pick({ onlyReady: true });
      if (next && next.metadata.uid !== this.#podUid) this.#moveTo(next);
      // One that runs is better than none: it may be what somebody looks into.
      else if (current) this.#set({ phase: 'forwarding', reason: '' });
      else this.#wait(pool.whyNone());
    }
    for (const wake of [...this.#waiting]) wake();
  }

  #wait(reason: string): void {
    if (this.#state.phase !== 'waiting') this.#report({ type: 'waiting', lost: this.#state.pod, reason });
    this.#set({ phase: 'waiting', reason });
  }

  #lose(): void {
    if (this.#state.phase === 'lost') return;
    this.#set({ phase: 'lost', open: 0 });
    this.#report({ type: 'lost', pod: this.#state.pod });
    this.stop();
  }

  #moveTo(pod: KubeObject): void {
    const from = this.#state.pod;
    const moved = this.#podUid !== pod.metadata.uid;
    this.#use(pod);
    if (moved) this.#report({ type: 'moved', from, to: pod.metadata.name ?? '' });
    this.#set({ phase: 'forwarding', reason: '' });
    const { namespace = '', name = '' } = pod.metadata;
    // Should it fail, the next connection says so.
    this.#options.network.warm({ namespace, pod: name }).catch(() => {});
  }

  #use(pod: KubeObject): void {
    this.#podUid = pod.metadata.uid ?? '';
    this.#set({ pod: pod.metadata.name ?? '' });
  }

  #fail(error: Error, local: number, remote: number): void {
    // kubectl's words.
    const message = `an error occurred forwarding ${local}${remote ? ` -> ${remote}` : ''}: ${error.message}`;
    this.#set({ lastError: message, lastErrorAt: this.#timing.now() });
    this.#report({ type: 'error', message });
  }

  #set(change: Partial<ForwardSnapshot>): void {
    const keys = Object.keys(change) as (keyof ForwardSnapshot)[];
    if (keys.every((key) => Object.is(change[key], this.#state[key]))) return;
    this.#state = { ...this.#state, ...change };
    this.publish(this.#state);
  }

  #report(event: ForwardEvent): void {
    this.#options.report?.(event);
  }
}

/** The API server cannot be reached: another pod would be no better. */
const isUnreachable = (error: unknown): boolean => error instanceof KctlError && error.code === 'connection';

/** The server will say the same again: who asks may not. */
function isFinal(error: unknown): boolean {
  return error instanceof KctlError && [401, 403].includes((error as { httpCode?: number }).httpCode ?? 0);
}

/** A client that hangs up is no trouble of the forward's. */
function isClients(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes((error as NodeJS.ErrnoException).code ?? '');
}
