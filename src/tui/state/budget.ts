import type { ObservedRequest, Transport } from '../../kube/cluster.ts';
import { Observable } from '../../store/observable.ts';
import type { Timing } from '../../store/timing.ts';
import { say } from '../words/say.ts';
import { whoAsks } from './asked-by.ts';
import { type BudgetCap, BudgetGate } from './budget-gate.ts';

export type { BudgetCap } from './budget-gate.ts';

/** What a minute cost. */
export interface BudgetSnapshot {
  /** Requests begun and bytes received in the last minute, by steps of some seconds. */
  requests: number;
  bytes: number;
  /** Requests that stay open: watches and followed logs. */
  watches: number;
  /** What the settings allow in a minute; what nobody has asked for waits while as much was used. */
  cap?: BudgetCap;
  /** As much was used. */
  over?: boolean;
}

/** What one kind was asked for in one way by one view. */
export interface BudgetLine {
  /** `pods`, `pulses`, `kctl scale`; '' where nobody has said. */
  view: string;
  /** `pods`, `deployments.apps`, `pods/log`; a path where it is no resource. */
  kind: string;
  /** `list`, `watch`, `get`, `create`, ... */
  verb: string;
  requests: number;
  bytes: number;
  open: number;
  failed: number;
  /** In the last minute. */
  recent: number;
  recentBytes: number;
}

/** Time is counted in steps of this, ms. */
const stepMs = 5000;
const steps = 12;
/** Watches that begin and end within this time (ms) are told of together. */
const soonMs = 100;

interface Step {
  at: number;
  requests: number;
  bytes: number;
  /** Requests and bytes by line. */
  lines: Map<string, { requests: number; bytes: number }>;
}

/** The kind and verb of a request, as access rules name them. */
export function lineOfRequest({ method, path, watch, one }: ObservedRequest): { kind: string; verb: string } {
  const match =
    /^\/(?:api\/[^/]+|apis\/([^/]+)\/[^/]+)\/(?:namespaces\/[^/]+\/(?=[^/]+))?([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/.exec(
      path.split('?')[0]!,
    );
  const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };
  const written = verbs[method];
  if (!match) return { kind: path.split('?')[0]!, verb: written ?? 'get' };
  const [, group, plural, name, subresource] = match;
  const kind = `${plural}${group ? `.${group}` : ''}${subresource ? `/${subresource}` : ''}`;
  const read = watch ? 'watch' : name !== undefined || one ? 'get' : 'list';
  return { kind, verb: written ?? read };
}

/** Counts what this dashboard asks of one API server, at the transport: what commands do that it runs is among it. */
export class RequestBudget extends Observable<BudgetSnapshot> {
  readonly #timing: Timing;
  readonly #lines = new Map<string, BudgetLine>();
  readonly #steps: Step[] = [];
  readonly #gate: BudgetGate;
  #watches = 0;
  #timer: { cancel(): void } | undefined;
  #soon: { cancel(): void } | undefined;

  constructor(transport: Transport, timing: Timing) {
    super({ requests: 0, bytes: 0, watches: 0 });
    this.#timing = timing;
    // Not within the request that has spent the rest: who hears of it may stop that very request.
    this.#gate = new BudgetGate(timing, () => timing.after(0, () => this.#tell()));
    transport.observe?.((request) => this.#take(request));
  }

  /** Everything so far, the busiest in front. */
  lines(): BudgetLine[] {
    this.#forget();
    const recent = new Map<string, { requests: number; bytes: number }>();
    for (const step of this.#steps)
      for (const [key, { requests, bytes }] of step.lines) {
        const sum = recent.get(key) ?? { requests: 0, bytes: 0 };
        recent.set(key, { requests: sum.requests + requests, bytes: sum.bytes + bytes });
      }
    return [...this.#lines]
      .map(([key, line]) => {
        const last = recent.get(key);
        return { ...line, recent: last?.requests ?? 0, recentBytes: last?.bytes ?? 0 };
      })
      .sort((a, b) => b.requests - a.requests || a.kind.localeCompare(b.kind));
  }

  #take(request: ObservedRequest) {
    const { kind, verb } = lineOfRequest(request);
    const view = whoAsks();
    const key = `${view}\n${kind} ${verb}`;
    const counts = { requests: 0, bytes: 0, open: 0, failed: 0, recent: 0, recentBytes: 0 };
    const line = this.#lines.get(key) ?? { view, kind, verb, ...counts };
    this.#lines.set(key, line);
    line.requests++;
    this.#count(key, 1, 0);
    let isOpen = false;
    let told = false;
    this.#wake();
    return {
      answered: (status: number) => {
        if (status >= 400) line.failed++;
        else if (request.watch) {
          isOpen = true;
          line.open++;
          this.#watches++;
          this.#tellSoon();
        }
      },
      bytes: (count: number) => {
        line.bytes += count;
        this.#count(key, 0, count);
        this.#wake();
      },
      ended: () => {
        if (told) return;
        told = true;
        if (!isOpen) return;
        line.open--;
        this.#watches--;
        this.#wake();
        this.#tellSoon();
      },
    };
  }

  #count(key: string, requests: number, bytes: number): void {
    const step = this.#step();
    step.requests += requests;
    step.bytes += bytes;
    const line = step.lines.get(key) ?? { requests: 0, bytes: 0 };
    line.requests += requests;
    line.bytes += bytes;
    step.lines.set(key, line);
    this.#gate.spent(this.#used());
  }

  #step(): Step {
    const at = Math.floor(this.#timing.now() / stepMs);
    const last = this.#steps.at(-1);
    if (last?.at === at) return last;
    const step = { at, requests: 0, bytes: 0, lines: new Map() };
    this.#steps.push(step);
    this.#forget();
    return step;
  }

  #forget(): void {
    const oldest = Math.floor(this.#timing.now() / stepMs) - steps;
    while (this.#steps.length > 0 && this.#steps[0]!.at <= oldest) this.#steps.shift();
  }

  #used(): { requests: number; bytes: number } {
    const used = { requests: 0, bytes: 0 };
    for (const step of this.#steps) {
      used.requests += step.requests;
      used.bytes += step.bytes;
    }
    return used;
  }

  /** Tells at the end of a step, and once more when what it has told of is a minute ago; no timer while nothing is asked. */
  #wake(): void {
    this.#timer ??= this.#timing.after(stepMs - (this.#timing.now() % stepMs), () => {
      this.#timer = undefined;
      this.#tell();
      if (this.#steps.length > 0) this.#wake();
    });
  }

  /** How many watches there are is told at once, and not at the end of a step: a live table has one. */
  #tellSoon(): void {
    this.#soon ??= this.#timing.after(soonMs, () => {
      this.#soon = undefined;
      this.#tell();
    });
  }

  #tell(): void {
    this.#forget();
    const before = this.getSnapshot();
    const used = this.#used();
    this.#gate.spent(used);
    const { cap, isShut } = this.#gate;
    const next = { ...used, watches: this.#watches, ...(cap && { cap, over: isShut }) };
    const isSame = (Object.keys({ ...before, ...next }) as (keyof BudgetSnapshot)[]).every(
      (name) => next[name] === before[name],
    );
    if (!isSame) this.publish(next);
  }

  /** What the settings allow; told at once. */
  limit(cap: BudgetCap | undefined): void {
    if (this.#gate.limit(cap)) this.#tell();
  }

  /**
   * Does what nobody has asked for at this moment (figures, versions): at once, or as soon as the cap leaves room.
   * What a user does is never held back.
   */
  whenRoom(work: () => void): { cancel(): void } {
    return this.#gate.pass(work);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#soon?.cancel();
    this.#soon = undefined;
    this.#gate.stop();
  }
}

/** What titles say of figures that are old for want of room. */
export function heldText(): string {
  return say('not fresh: the API budget is spent');
}

const budgets = new WeakMap<Transport, RequestBudget>();

/** The one that counts what goes over `transport`. */
export function budgetOf({
  cluster: { transport },
  timing,
}: {
  cluster: { transport: Transport };
  timing: Timing;
}): RequestBudget {
  let budget = budgets.get(transport);
  if (!budget) {
    budget = new RequestBudget(transport, timing);
    budgets.set(transport, budget);
  }
  return budget;
}
