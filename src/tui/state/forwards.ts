import { randomBytes } from 'node:crypto';
import { changeKeptForwards, keptForwards } from '../../store/forwards/ask-keepers.ts';
import { ForwardList, type ForwardRequest } from '../../store/forwards/forward-list.ts';
import { keepForwards } from '../../store/forwards/keep-forwards.ts';
import { type Listen, listenTcp } from '../../store/forwards/local-listener.ts';
import type { ForwardNetwork } from '../../store/forwards/network.ts';
import type { ForwardKeeper, RunningForward } from '../../store/forwards/running-forward.ts';
import type { ForwardEvent } from '../../store/forwards/supervisor.ts';
import { Observable } from '../../store/observable.ts';
import { systemTiming, type Timing } from '../../store/timing.ts';
import { say } from '../words/say.ts';

/** What forwards need of one context of the dashboard. */
export interface ForwardServices {
  /** One for all contexts. */
  readonly desk: ForwardDesk;
  /** The same one each time. */
  network(): Promise<ForwardNetwork>;
  /** Flags with which another process of kctl finds the same contexts: `--kubeconfig=...`; undefined where none do. */
  readonly flags?: readonly string[];
}

/** A forward of this dashboard, or of another kctl. */
export interface SeenForward extends RunningForward {
  /** Undefined: this dashboard. */
  keeper: ForwardKeeper | undefined;
}

interface DeskOptions {
  /** Where forwards of other processes are found, and are told of those of this one; undefined: nowhere. */
  env: Record<string, string | undefined> | undefined;
  listen?: Listen;
  timing?: Timing;
}

/** Hears what becomes of forwards. */
interface Teller {
  toast(kind: 'info' | 'error', text: string): void;
}

/** How often other processes are asked, ms: while their figures are looked at, and else for signs on rows. */
const pollMs = { looked: 1_000, else: 5_000 };

/**
 * The forwards that the dashboard shows: its own, which go on while views and contexts change, and those of every other
 * kctl of the user, which are looked for while somebody subscribes.
 */
export class ForwardDesk extends Observable<readonly SeenForward[]> {
  readonly env: DeskOptions['env'];
  readonly #list: ForwardList;
  readonly #timing: Timing;
  readonly #id = `${process.pid}-${randomBytes(4).toString('hex')}`;
  /** Opens local ports. */
  readonly listen: Listen;
  readonly #users = new Map<string, { services: ForwardServices; request: Omit<ForwardRequest, 'network'> }>();
  /** Connections that only forwards still use, and what ends them. */
  readonly #kept = new Map<ForwardServices, () => void>();
  #teller: Teller | undefined;
  #others: readonly SeenForward[] = [];
  #signing: Promise<() => Promise<void>> | undefined;
  #timer: { cancel(): void } | undefined;
  #isWatched = false;
  #looking = 0;
  #isClosed = false;
  /** Connections stay open: their forwards may come back. */
  #isHandingOver = false;

  constructor({ env, listen = listenTcp, timing = systemTiming }: DeskOptions) {
    super([]);
    this.env = env;
    this.#timing = timing;
    this.listen = listen;
    this.#list = new ForwardList({
      timing,
      listen,
      report: (forward, event) => this.#report(forward, event),
    });
    this.#list.subscribe(() => this.#changed());
  }

  /** @param teller says what happens to forwards that nobody looks at */
  attach(teller: Teller): void {
    this.#teller = teller;
  }

  /** Says something that nobody has asked for. */
  tell(kind: 'info' | 'error', text: string): void {
    this.#teller?.toast(kind, text);
  }

  /** As they are at this moment. */
  get own(): readonly RunningForward[] {
    return this.#list.now();
  }

  /**
   * Resolves once the local port is open.
   * @throws KctlError in the user's words, or the system's error of `listen`
   */
  async start(services: ForwardServices, request: Omit<ForwardRequest, 'network'>): Promise<RunningForward> {
    const forward = await this.#list.start({ ...request, network: await services.network() });
    this.#users.set(forward.id, { services, request });
    this.#signIn();
    return forward;
  }

  /** Wherever they are kept. @returns the ids that were there */
  async stop(ids: readonly string[]): Promise<readonly string[]> {
    const own = ids.filter((id) => this.#list.stop(id));
    return [...own, ...(await this.#change('stop', ids, own))];
  }

  /** Drops all connections, counts anew, and keeps the local port. */
  async restart(ids: readonly string[]): Promise<readonly string[]> {
    const mine = new Set(this.own.map(({ id }) => id));
    const own = ids.filter((id) => mine.has(id));
    for (const id of own) await this.#list.restart(id);
    return [...own, ...(await this.#change('restart', ids, own))];
  }

  /**
   * Stops forwards of this dashboard so that `work` can start them elsewhere on the same local ports. Where that fails
   * they are started here again.
   */
  async handOver(ids: readonly string[], work: () => Promise<unknown>): Promise<void> {
    const local = new Map(this.own.map((forward) => [forward.id, forward.local]));
    const given = ids.flatMap((id) => {
      const user = this.#users.get(id);
      return user ? [{ ...user, request: { ...user.request, local: local.get(id) ?? user.request.local } }] : [];
    });
    this.#isHandingOver = true;
    try {
      for (const id of ids) this.#list.stop(id);
      await work();
    } catch (error) {
      for (const { services, request } of given) await this.start(services, request).catch(() => undefined);
      throw error;
    } finally {
      this.#isHandingOver = false;
      this.#changed();
    }
  }

  async #change(what: 'stop' | 'restart', ids: readonly string[], own: readonly string[]): Promise<readonly string[]> {
    const rest = ids.filter((id) => !own.includes(id));
    if (rest.length === 0 || !this.env) return [];
    const done = await changeKeptForwards(this.env, what, rest);
    await this.refresh();
    return done;
  }

  /** Asks the other processes now. */
  async refresh(): Promise<void> {
    if (!this.env) return;
    const kept = await keptForwards(this.env).catch(() => []);
    if (this.#isClosed) return;
    const others = kept
      .filter(({ keeper }) => keeper.id !== this.#id)
      .flatMap(({ keeper, forwards }) => forwards.map((forward) => ({ ...forward, keeper })));
    if (JSON.stringify(others) === JSON.stringify(this.#others)) return;
    this.#others = others;
    this.#show();
  }

  /**
   * The views of a context have gone. Its connection stays as long as forwards use it.
   * @returns false where none does: then `end` is the caller's to call
   */
  keepOpen(services: ForwardServices, end: () => void): boolean {
    const isUsed = [...this.#users.values()].some((user) => user.services === services);
    if (this.#isClosed || !isUsed) return false;
    this.#kept.set(services, end);
    return true;
  }

  protected override watched(is: boolean): void {
    this.#isWatched = is;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (is) this.#poll();
  }

  #poll(): void {
    if (!this.env) return;
    void this.refresh().then(() => {
      if (!this.#isWatched || this.#isClosed || this.#timer) return;
      this.#timer = this.#timing.after(this.#looking > 0 ? pollMs.looked : pollMs.else, () => {
        this.#timer = undefined;
        this.#poll();
      });
    });
  }

  /** Somebody looks at what flows, for as long as `stop` has not been called. */
  look(): { stop(): void } {
    this.#looking++;
    if (this.#isWatched) this.watched(true);
    let isOver = false;
    return {
      stop: () => {
        if (!isOver) this.#looking--;
        isOver = true;
      },
    };
  }

  #changed(): void {
    const there = new Set(this.own.map(({ id }) => id));
    for (const id of this.#users.keys()) if (!there.has(id)) this.#users.delete(id);
    const used = new Set([...this.#users.values()].map(({ services }) => services));
    for (const [services, end] of this.#kept) {
      if (used.has(services) || this.#isHandingOver) continue;
      this.#kept.delete(services);
      end();
    }
    if (there.size === 0) this.#signOut();
    this.#show();
  }

  #show(): void {
    this.publish([...this.own.map((forward) => ({ ...forward, keeper: undefined })), ...this.#others]);
  }

  /** Every other kctl sees the forwards of this one from now on. */
  #signIn(): void {
    if (!this.env || this.#signing) return;
    const signing = keepForwards(this.#list, this.env, 'dashboard', this.#id);
    this.#signing = signing;
    // They work all the same; only others do not see them.
    signing.catch(() => {
      if (this.#signing === signing) this.#signing = undefined;
    });
  }

  #signOut(): void {
    const signing = this.#signing;
    this.#signing = undefined;
    void signing?.then((end) => end()).catch(() => {});
  }

  #report({ name, url }: RunningForward, event: ForwardEvent): void {
    const what = `${name} (${url})`;
    if (event.type === 'moved') {
      this.tell('info', say('{what} has moved from pod {from} to {to}', { what, ...event }));
    } else if (event.type === 'waiting') {
      this.tell('error', say('{what} waits for a pod: {reason}', { what, reason: event.reason }));
    }
  }

  /** Ends the dashboard's own forwards; those of others go on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#list.stopAll();
    this.#signOut();
    for (const end of this.#kept.values()) end();
    this.#kept.clear();
  }
}
