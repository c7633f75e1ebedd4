import type { Duplex } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import { Observable } from '../observable.ts';
import { systemTiming, type Timing } from '../timing.ts';
import { joinStreams } from './join-streams.ts';
import type { Listen, LocalListener } from './local-listener.ts';
import type { PodPool } from './pod-pool.ts';

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
  /** Tried in turn for each port; one that works is enough. */
  addresses: readonly string[];
  listen: Listen;
  dial(pod: { namespace: string; pod: string; port: number; signal: AbortSignal }): Promise<Duplex>;
  /** False for a forward to one named pod: when that goes, so does the forward. */
  mayMove: boolean;
  report?: (event: ForwardEvent) => void;
  timing?: Timing;
}

export type ForwardEvent =
  | { type: 'listening'; address: string; local: number; remote: number }
  | { type: 'connection'; local: number }
  | { type: 'moved'; from: string; to: string }
  | { type: 'waiting'; lost: string }
  | { type: 'error'; message: string }
  | { type: 'lost'; pod: string };

export interface ForwardSnapshot {
  phase: 'starting' | 'forwarding' | 'waiting' | 'lost' | 'stopped';
  /** Name of the pod in use; '' while there is none. */
  pod: string;
  listeners: readonly { address: string; local: number; remote: number }[];
  open: number;
  connections: number;
  /** Bytes from the pod, and to it. */
  received: number;
  sent: number;
  lastError: string;
}

/** How often counters reach readers while data flows. */
const COUNTER_MS = 250;
/** How long a connection waits for a pod where none is there at the moment. */
const PATIENCE_MS = 30_000;

/**
 * Owns the local ports of one forward. Every connection goes to the pod in use; when that pod goes,
 * another one of the pool takes over, and connections that come meanwhile wait for it.
 */
export class PortForwardSupervisor extends Observable<ForwardSnapshot> {
  readonly #options: ForwardOptions;
  readonly #timing: Timing;
  readonly #abort = new AbortController();
  readonly #listeners: LocalListener[] = [];
  readonly #waiting = new Set<() => void>();
  #state: ForwardSnapshot;
  #podUid = '';
  #unsubscribe: () => void = () => {};
  #counterTimer: { cancel(): void } | undefined;

  constructor(options: ForwardOptions) {
    const initial: ForwardSnapshot = {
      phase: 'starting',
      pod: '',
      listeners: [],
      open: 0,
      connections: 0,
      received: 0,
      sent: 0,
      lastError: '',
    };
    super(initial);
    this.#state = initial;
    this.#options = options;
    this.#timing = options.timing ?? systemTiming;
  }

  /**
   * Chooses a pod and opens the ports. The pool must hold a usable pod.
   * @throws Error of the first port for which no address could be opened; nothing stays open then
   */
  async start(): Promise<void> {
    const { pool, ports } = this.#options;
    const pod = pool.pick();
    if (!pod) throw new Error('no pod to forward to');
    this.#use(pod);
    this.#unsubscribe = pool.subscribe(() => this.#follow());
    try {
      for (const port of ports) await this.#open(port, pod);
    } catch (error) {
      this.stop();
      throw error;
    }
    this.#set({ phase: 'forwarding' });
    this.#follow();
  }

  /** Closes ports and connections. */
  stop(): void {
    this.#unsubscribe();
    this.#counterTimer?.cancel();
    this.#abort.abort();
    for (const wake of [...this.#waiting]) wake();
    for (const listener of this.#listeners) listener.close();
    if (this.#state.phase !== 'lost') this.#set({ phase: 'stopped', open: 0 });
  }

  async #open(port: ForwardPort, pod: KubeObject): Promise<void> {
    let local = port.local;
    let failure: Error | undefined;
    let opened = 0;
    for (const address of this.#options.addresses) {
      try {
        const listener = await this.#options.listen(address, local, (socket) => {
          void this.#serve(socket, listener.port, port);
        });
        this.#listeners.push(listener);
        // Further addresses of the same port take the number that the first one got.
        local = listener.port;
        opened++;
        const entry = { address, local: listener.port, remote: port.remote(pod) };
        this.#set({ listeners: [...this.#state.listeners, entry] });
        this.#report({ type: 'listening', ...entry });
      } catch (error) {
        failure ??= error as Error;
      }
    }
    if (opened === 0) throw failure ?? new Error('no address to listen on');
  }

  async #serve(socket: Duplex, local: number, port: ForwardPort): Promise<void> {
    this.#report({ type: 'connection', local });
    this.#set({ open: this.#state.open + 1, connections: this.#state.connections + 1 });
    try {
      const remote = await this.#connect(port);
      await joinStreams(socket, remote, (received, sent) => this.#count(received, sent), this.#timing);
    } catch (error) {
      socket.destroy();
      if (!this.#abort.signal.aborted) this.#fail(error as Error, local);
    }
    this.#set({ open: Math.max(0, this.#state.open - 1) });
  }

  /** Dials the pod in use; one that does not answer is left for another, where there is one. */
  async #connect(port: ForwardPort): Promise<Duplex> {
    const { pool, mayMove, dial } = this.#options;
    const { signal } = this.#abort;
    const refused = new Set<string>();
    for (;;) {
      const pod = pool.alive(this.#podUid) ?? (await this.#awaitPod());
      const { namespace = '', name = '', uid = '' } = pod.metadata;
      try {
        return await dial({ namespace, pod: name, port: port.remote(pod), signal });
      } catch (error) {
        refused.add(uid);
        const next = mayMove && !signal.aborted ? pool.pick(refused) : undefined;
        if (!next) throw error;
        this.#moveTo(next);
      }
    }
  }

  #awaitPod(): Promise<KubeObject> {
    const { pool } = this.#options;
    return new Promise((resolve, reject) => {
      const done = () => {
        timer.cancel();
        this.#waiting.delete(wake);
      };
      const timer = this.#timing.after(PATIENCE_MS, () => {
        done();
        reject(new Error('no pod is ready'));
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
    if (current && !(mayMove && current.metadata.deletionTimestamp)) {
      if (this.#state.phase === 'waiting') this.#set({ phase: 'forwarding' });
    } else if (!mayMove) this.#lose();
    else {
      const next = pool.pick();
      if (next) this.#moveTo(next);
      else if (!current && this.#state.phase !== 'waiting') {
        this.#report({ type: 'waiting', lost: this.#state.pod });
        this.#set({ phase: 'waiting' });
      }
    }
    for (const wake of [...this.#waiting]) wake();
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
    this.#set({ phase: 'forwarding' });
  }

  #use(pod: KubeObject): void {
    this.#podUid = pod.metadata.uid ?? '';
    this.#set({ pod: pod.metadata.name ?? '' });
  }

  #fail(error: Error, local: number): void {
    const message = `an error occurred forwarding ${local} to pod ${this.#state.pod}: ${error.message}`;
    this.#set({ lastError: message });
    this.#report({ type: 'error', message });
  }

  #count(received: number, sent: number): void {
    this.#state = {
      ...this.#state,
      received: this.#state.received + received,
      sent: this.#state.sent + sent,
    };
    this.#counterTimer ??= this.#timing.after(COUNTER_MS, () => {
      this.#counterTimer = undefined;
      this.publish(this.#state);
    });
  }

  #set(change: Partial<ForwardSnapshot>): void {
    this.#state = { ...this.#state, ...change };
    this.publish(this.#state);
  }

  #report(event: ForwardEvent): void {
    this.#options.report?.(event);
  }
}
