import type { FaultKind, FaultSpec } from '../../api/control/faults.ts';
import type { Clock, Timer } from '../clock.ts';
import { notFound } from '../errors.ts';
import { faultKinds } from './kinds.ts';
import { isMeant } from './match.ts';
import { type PullFault, pullFault } from './pulls.ts';
import type { Fault } from './rule.ts';
import { RunningWatches } from './running-watches.ts';

/** What faults do to the cluster beyond its requests. */
export interface FaultWorld {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Forgets the past, so that nothing resumes from it. */
  compact: () => void;
  /** Ends containers of `spec.target`; returns how many. @throws ApiStatusError 404 where there is no such object */
  crash: (spec: FaultSpec) => number;
  /** Cuts off, or joins again, nodes by name. @throws ApiStatusError 404 where one is not there */
  partition: (nodes: readonly string[], isCut: boolean) => Promise<void>;
}

const onRequests: readonly FaultKind[] = ['slow', 'status', 'reset'];

interface Kept extends Fault {
  ends: Timer | undefined;
  again: Timer | undefined;
}

/**
 * The faults that are set. They live as long as the process: a cluster that starts anew has none. Time is the
 * cluster's, chance its seeded one.
 */
export class Faults {
  readonly watches = new RunningWatches();
  readonly #world: FaultWorld;
  readonly #kept = new Map<string, Kept>();
  #lastId = 0;
  /** Those that are met by requests; undefined where there are none, which is all that requests ask. */
  requests: readonly Fault[] | undefined;
  #pulls: readonly Fault[] | undefined;

  constructor(world: FaultWorld) {
    this.#world = world;
  }

  list(): Fault[] {
    return [...this.#kept.values()].map(plain);
  }

  /**
   * Sets a fault; one that strikes alone strikes now, and stays only where it is to strike again.
   * @throws ApiStatusError 404 for what it is about
   */
  async add(spec: FaultSpec): Promise<Fault> {
    const now = this.#world.clock.now();
    const until = spec.forMs === undefined ? undefined : now + spec.forMs;
    const fault: Kept = {
      id: `f${++this.#lastId}`,
      spec,
      since: now,
      until,
      strikes: 0,
      ends: undefined,
      again: undefined,
    };
    if (spec.kind === 'partition') fault.strikes = await this.#cut(spec.nodes!);
    const staysOn = !faultKinds[spec.kind].strikesAlone || spec.everyMs !== undefined;
    if (staysOn) this.#kept.set(fault.id, fault);
    if (faultKinds[spec.kind].strikesAlone) {
      try {
        this.#strikeAlone(fault);
      } catch (error) {
        this.#kept.delete(fault.id);
        throw error;
      }
    }
    // A count of one is used up by now.
    if (this.#kept.has(fault.id)) {
      if (spec.forMs !== undefined) fault.ends = this.#world.clock.after(spec.forMs, () => void this.#end(fault));
      if (spec.everyMs !== undefined) this.#repeat(fault);
    }
    this.#index();
    return plain(fault);
  }

  /** @throws ApiStatusError 404 */
  async remove(id: string): Promise<Fault> {
    const fault = this.#kept.get(id);
    if (!fault) throw notFound({ group: '', plural: 'faults' }, id);
    await this.#end(fault);
    return plain(fault);
  }

  /** Ends all of them; returns what was set. */
  async clear(): Promise<Fault[]> {
    const all = [...this.#kept.values()];
    for (const fault of all) await this.#end(fault);
    return all.map(plain);
  }

  /** Cuts off again what is to be cut off, in a cluster that has become another. */
  async renew(): Promise<void> {
    for (const { spec } of [...this.#kept.values()]) {
      // Nodes that are not there any more need not be cut off.
      if (spec.kind === 'partition') for (const node of spec.nodes!) await this.#cut([node]).catch(() => {});
    }
  }

  /** Ends the timers; for the end of the process. */
  close(): void {
    for (const fault of this.#kept.values()) stopTimers(fault);
    this.#kept.clear();
    this.#index();
  }

  /** True when `fault` strikes this time: chance and its count decide. Counts it. */
  strikes(fault: Fault): boolean {
    const kept = this.#kept.get(fault.id);
    const { share, count } = fault.spec;
    if (!kept || (share !== undefined && this.#world.random() >= share)) return false;
    kept.strikes++;
    if (count !== undefined && kept.strikes >= count) void this.#end(kept);
    return true;
  }

  /** Uniform in [0, 1), of the cluster's own. */
  chance(): number {
    return this.#world.random();
  }

  /** What happens to a pull on `node`; undefined: nothing. */
  pull(image: string, node: string): PullFault | undefined {
    return this.#pulls && pullFault(this.#pulls, image, node, (fault) => this.strikes(fault));
  }

  #repeat(fault: Kept): void {
    fault.again = this.#world.clock.after(fault.spec.everyMs!, () => {
      if (!this.#kept.has(fault.id)) return;
      try {
        this.#strikeAlone(fault);
      } catch {
        // What it is about is gone for now, or for good: it may come back.
      }
      if (this.#kept.has(fault.id)) this.#repeat(fault);
    });
  }

  #strikeAlone(fault: Kept): void {
    const { spec } = fault;
    const { random, compact, crash } = this.#world;
    const isHit = () => spec.share === undefined || random() < spec.share;
    if (spec.kind === 'crash') {
      if (!isHit()) return;
      fault.strikes += crash(spec);
    } else {
      const isGone = spec.kind === 'gone';
      if (isGone) compact();
      const how = isGone ? 'gone' : spec.cut ? 'cut' : 'end';
      const ended = this.watches.endThose((asked) => isMeant({ ...spec, verbs: ['watch'] }, asked) && isHit(), how);
      fault.strikes += isGone ? 1 : ended;
    }
    if (spec.count !== undefined && fault.strikes >= spec.count) void this.#end(fault);
  }

  async #cut(nodes: readonly string[]): Promise<number> {
    await this.#world.partition(nodes, true);
    return nodes.length;
  }

  async #end(fault: Kept): Promise<void> {
    if (!this.#kept.delete(fault.id)) return;
    stopTimers(fault);
    this.#index();
    if (fault.spec.kind !== 'partition') return;
    const others = new Set(
      [...this.#kept.values()].flatMap(({ spec }) => (spec.kind === 'partition' ? spec.nodes! : [])),
    );
    await this.#world.partition(
      fault.spec.nodes!.filter((node) => !others.has(node)),
      false,
    );
  }

  #index(): void {
    const those = (picks: (fault: Fault) => boolean) => {
      const found = [...this.#kept.values()].filter(picks);
      return found.length > 0 ? found : undefined;
    };
    this.requests = those(({ spec }) => onRequests.includes(spec.kind));
    this.#pulls = those(({ spec }) => spec.kind === 'pull');
  }
}

function stopTimers({ ends, again }: Kept): void {
  ends?.cancel();
  again?.cancel();
}

const plain = ({ id, spec, since, until, strikes }: Kept): Fault => ({ id, spec, since, until, strikes });
