import type { KubeObject } from '../../../api/meta.ts';
import type { ShapedColumn } from '../../../api/row-shape.ts';
import type { TableStore } from '../../../store/table-store.ts';
import type { DashboardServices } from '../../services.ts';
import { budgetOf } from '../../state/budget.ts';
import { metricsMs } from '../../state/usuals.ts';
import { type Amounts, amountsOf, containerColumns, containerUsage } from '../table-usage.ts';
import { metricsOf } from '../table-usage-poll.ts';

const pollMs = 15_000;

/** What the containers of one pod use, polled while their table is seen; `-` where nobody knows. */
export class ContainerUsage {
  readonly #services: DashboardServices;
  readonly #path: string;
  readonly #columns: typeof containerColumns;
  #used = new Map<string, Amounts>();
  #containers = new Map<string, KubeObject[string]>();
  #timer: { cancel(): void } | undefined;
  #asking: AbortController | undefined;

  constructor(services: DashboardServices, namespace: string, pod: string) {
    this.#services = services;
    // The table of pods has found out, from which this one was opened.
    this.#columns = metricsOf(services).served ? containerColumns : [];
    this.#path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`;
  }

  get columns(): ShapedColumn[] {
    return this.#columns.map(({ name, wide }) => ({
      ...{ name, type: 'string', priority: wide ? 1 : 0, align: 'right' as const },
    }));
  }

  cells(container: KubeObject[string]): string[] {
    this.#containers.set(container.name, container);
    return containerUsage(container, this.#used.get(container.name)).slice(0, this.#columns.length);
  }

  /** False where the cluster has no metrics. */
  needed(): boolean {
    return this.#columns.length > 0;
  }

  run(store: TableStore, on: boolean): void {
    if (!on) {
      this.stop();
      return;
    }
    if (this.#timer || this.#asking || !this.needed()) return;
    this.#timer = this.#services.timing.after(0, () => this.#wait(store));
  }

  /** Figures wait where the API budget is spent. */
  #wait(store: TableStore): void {
    this.#timer = undefined;
    let isHeld = true;
    const waiting = budgetOf(this.#services).whenRoom(() => {
      isHeld = false;
      void this.#poll(store);
    });
    if (isHeld) this.#timer = waiting;
  }

  async #poll(store: TableStore): Promise<void> {
    const { timing, cluster } = this.#services;
    const asking = new AbortController();
    this.#timer = undefined;
    this.#asking = asking;
    this.#used = new Map();
    try {
      const request = { method: 'GET', path: this.#path, signal: asking.signal } as const;
      const { containers = [] } = await cluster.transport.json<KubeObject>(request);
      for (const { name, usage } of containers) this.#used.set(name, amountsOf(usage));
    } catch {
      // A pod that has just begun has none yet, and one that has ended has none any more.
    }
    if (asking.signal.aborted) return;
    this.#asking = undefined;
    this.#timer = timing.after(metricsMs(this.#services, pollMs), () => this.#wait(store));
    // A column of signs may stand before them.
    const first = this.#columns[0]?.name;
    const at = store.getSnapshot().columns.findIndex(({ name }) => name === first);
    if (at < 0) return;
    store.recell(({ name, cells }) => {
      const container = this.#containers.get(name);
      return container && cells.toSpliced(at, this.#columns.length, ...this.cells(container));
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
  }
}
