import type { ObservedRequest, Transport } from '../../kube/cluster.ts';
import { Observable } from '../../store/observable.ts';
import type { Timing } from '../../store/timing.ts';

/** What a minute cost. */
export interface BudgetSnapshot {
  /** Requests begun and bytes received in the last minute, by steps of some seconds. */
  requests: number;
  bytes: number;
  /** Requests that stay open: watches and followed logs. */
  watches: number;
}

/** What one kind was asked for in one way. */
export interface BudgetLine {
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
}

/** Time is counted in steps of this, ms. */
const stepMs = 5000;
const steps = 12;

interface Step {
  at: number;
  requests: number;
  bytes: number;
  /** By line. */
  lines: Map<string, number>;
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
  #watches = 0;
  #timer: { cancel(): void } | undefined;

  constructor(transport: Transport, timing: Timing) {
    super({ requests: 0, bytes: 0, watches: 0 });
    this.#timing = timing;
    transport.observe?.((request) => this.#take(request));
  }

  /** Everything so far, the busiest in front. */
  lines(): BudgetLine[] {
    this.#forget();
    const recent = new Map<string, number>();
    for (const step of this.#steps)
      for (const [key, count] of step.lines) recent.set(key, (recent.get(key) ?? 0) + count);
    return [...this.#lines]
      .map(([key, line]) => ({ ...line, recent: recent.get(key) ?? 0 }))
      .sort((a, b) => b.requests - a.requests || a.kind.localeCompare(b.kind));
  }

  #take(request: ObservedRequest) {
    const { kind, verb } = lineOfRequest(request);
    const key = `${kind} ${verb}`;
    const line = this.#lines.get(key) ?? { kind, verb, requests: 0, bytes: 0, open: 0, failed: 0, recent: 0 };
    this.#lines.set(key, line);
    const step = this.#step();
    line.requests++;
    step.requests++;
    step.lines.set(key, (step.lines.get(key) ?? 0) + 1);
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
        }
      },
      bytes: (count: number) => {
        line.bytes += count;
        this.#step().bytes += count;
        this.#wake();
      },
      ended: () => {
        if (told) return;
        told = true;
        if (!isOpen) return;
        line.open--;
        this.#watches--;
        this.#wake();
      },
    };
  }

  #step(): Step {
    const at = Math.floor(this.#timing.now() / stepMs);
    const last = this.#steps.at(-1);
    if (last?.at === at) return last;
    const step = { at, requests: 0, bytes: 0, lines: new Map<string, number>() };
    this.#steps.push(step);
    this.#forget();
    return step;
  }

  #forget(): void {
    const oldest = Math.floor(this.#timing.now() / stepMs) - steps;
    while (this.#steps.length > 0 && this.#steps[0]!.at <= oldest) this.#steps.shift();
  }

  /** Tells at the end of a step, and once more when what it has told of is a minute ago; no timer while nothing is asked. */
  #wake(): void {
    this.#timer ??= this.#timing.after(stepMs - (this.#timing.now() % stepMs), () => {
      this.#timer = undefined;
      this.#tell();
      if (this.#steps.length > 0) this.#wake();
    });
  }

  #tell(): void {
    this.#forget();
    const before = this.getSnapshot();
    const next = { requests: 0, bytes: 0, watches: this.#watches };
    for (const step of this.#steps) {
      next.requests += step.requests;
      next.bytes += step.bytes;
    }
    if (next.requests !== before.requests || next.bytes !== before.bytes || next.watches !== before.watches)
      this.publish(next);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
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
