import type { KubeObject } from '../../api/meta.ts';
import type { ResourceInfo } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import { listPages } from '../../kube/list.ts';
import { KctlError } from '../../lib/errors.ts';
import type { TableStore } from '../../store/table-store.ts';
import type { DashboardServices } from '../services.ts';
import { budgetOf } from '../state/budget.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { metricsMs } from '../state/usuals.ts';
import { type Amounts, amountsOf, type TableUsage, usageKey } from './table-usage.ts';
import type { ViewScope } from './view.ts';

/** Metrics of a cluster are taken every 15 s at the most; of many objects they are worth less often. */
const pollMs = { few: 15_000, many: 30_000 };
const many = 2000;

const root = '/apis/metrics.k8s.io/v1beta1';

/** What is known of the metrics of one cluster. */
interface ServedMetrics {
  /** Undefined until it has been asked. */
  served: boolean | undefined;
  /** So many objects that whole ones are too much to read. */
  many: boolean;
}

const servedBy = new WeakMap<DashboardServices, ServedMetrics>();

/** One for all tables that show a cluster. */
export function metricsOf(services: DashboardServices): ServedMetrics {
  const known = servedBy.get(services);
  if (known) return known;
  const fresh = { served: undefined, many: false };
  servedBy.set(services, fresh);
  return fresh;
}

interface UsagePollOptions {
  services: DashboardServices;
  resource: ResourceInfo;
  scope: ViewScope;
  /** Absent while nobody knows whether there are metrics: then they are asked for once, to find out. */
  usage: TableUsage | undefined;
  /** There are metrics, which was not known. */
  onServed(): void;
}

/**
 * Keeps the figures of a table that is seen: asked for at once and then every 15 to 30 s, in pages. Where a
 * cluster has none it is not asked again.
 */
export class UsagePoll {
  readonly #options: UsagePollOptions;
  #store: TableStore | undefined;
  #timer: { cancel(): void } | undefined;
  #asking: AbortController | undefined;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** The figures that are shown are old: new ones wait for room in the API budget. */
  isHeld = false;

  constructor(options: UsagePollOptions) {
    this.#options = options;
  }

  /** False where there is nothing to ask for. */
  needed(): boolean {
    return metricsOf(this.#options.services).served !== false;
  }

  /** Goes on while the table is seen and has its rows. */
  run(store: TableStore, on: boolean): void {
    this.#store = store;
    if (!on) {
      this.stop();
      return;
    }
    if (this.#timer || this.#asking || !this.needed()) return;
    const { services } = this.#options;
    // Who comes back within the interval sees what was there.
    const wait = Math.max(0, this.#lastAt + this.#interval() - services.timing.now());
    this.#timer = services.timing.after(wait, () => this.#wait());
  }

  /** Figures wait where the API budget is spent: those that are shown stay. */
  #wait(): void {
    this.#timer = undefined;
    this.isHeld = true;
    const waiting = budgetOf(this.#options.services).whenRoom(() => {
      this.#timer = undefined;
      this.isHeld = false;
      void this.#poll();
    });
    if (this.isHeld) this.#timer = waiting;
  }

  stop(): void {
    this.isHeld = false;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
  }

  #interval(): number {
    const usual = (this.#store?.getSnapshot().total ?? 0) > many ? pollMs.many : pollMs.few;
    return metricsMs(this.#options.services, usual);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    const { services, usage, onServed } = this.#options;
    const metrics = metricsOf(services);
    const asking = new AbortController();
    this.#asking = asking;
    let used: ReadonlyMap<string, Amounts> = new Map();
    try {
      used = await this.#read(asking.signal, usage ? undefined : 1);
      if (asking.signal.aborted) return;
      metrics.served = true;
      if (!usage) return onServed();
    } catch (error) {
      if (asking.signal.aborted) return;
      if (metrics.served !== true && isRefusal(error)) {
        metrics.served = false;
        return;
      }
      // Once they were there: figures that are not known are shown as such, and asked for again.
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
    this.#lastAt = services.timing.now();
    // Before the rows hear of it: they ask again whether to go on.
    this.#timer = services.timing.after(this.#interval(), () => this.#wait());
    this.#show(used);
  }

  #show(used: ReadonlyMap<string, Amounts>): void {
    const { usage } = this.#options;
    const store = this.#store;
    if (!usage || !store) return;
    usage.measured(used, (key) => store.row(key) !== undefined);
    const { columns } = store.getSnapshot();
    store.recell((row) => usage.cellsFor(row.key, row.cells, columns));
  }

  /** @param most only to see whether there are any */
  async #read(signal: AbortSignal, most: number | undefined): Promise<Map<string, Amounts>> {
    const { services, resource, scope } = this.#options;
    const inOne = resource.namespaced && scope.namespace !== undefined && isOneNamespace(scope.namespace);
    const path = `${root}${inOne ? `/namespaces/${encodeURIComponent(scope.namespace!)}` : ''}/${resource.plural}`;
    const used = new Map<string, Amounts>();
    const request = { path, query: { labelSelector: scope.labelSelector || undefined }, signal };
    for await (const page of listPages(services.cluster.transport, { ...request, ...(most && { limit: most }) })) {
      for (const item of page.items ?? []) used.set(usageKey(item), usedBy(item));
      if (most) break;
    }
    return used;
  }
}

/** Of a node as it is told, of a pod the sum of its containers. */
function usedBy({ usage, containers = [] }: KubeObject): Amounts {
  if (usage) return amountsOf(usage);
  const sum = { cpu: 0, memory: 0 };
  for (const container of containers) {
    const { cpu, memory } = amountsOf(container.usage);
    sum.cpu += cpu;
    sum.memory += memory;
  }
  return sum;
}

/** Nobody serves them, or not to this user: it will be the same the next time. What the network does may pass. */
function isRefusal(error: unknown): boolean {
  if (error instanceof ApiStatusError) return error.httpCode !== 429;
  return !(error instanceof KctlError && error.code === 'connection');
}
