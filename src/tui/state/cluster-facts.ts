import { quantityValue } from '../../lib/quantity.ts';
import { Observable } from '../../store/observable.ts';
import type { DashboardServices } from '../services.ts';
import { askedBy } from './asked-by.ts';
import { budgetOf } from './budget.ts';
import { metricsMs } from './usuals.ts';

/** What the header says about the cluster. Undefined is not known yet; null is not to be had. */
export interface ClusterFactsSnapshot {
  serverVersion: string | undefined | null;
  nodes: number | undefined | null;
  /** Share of the allocatable CPU and memory in use, 0 to 1, in steps of a hundredth. */
  cpu: number | undefined | null;
  memory: number | undefined | null;
}

const metricsIntervalMs = 30_000;

interface NodeMetrics {
  items: { usage: { cpu: string; memory: string } }[];
}

/**
 * Asks for the server's version once, and for the use of CPU and memory every half minute where the
 * cluster serves metrics.k8s.io. Where it does not, it is not asked again.
 */
export class ClusterFacts extends Observable<ClusterFactsSnapshot> {
  readonly #services: DashboardServices;
  #timer: { cancel(): void } | undefined;
  #stopped = false;

  constructor(services: DashboardServices) {
    super({ serverVersion: undefined, nodes: undefined, cpu: undefined, memory: undefined });
    this.#services = services;
  }

  start(): void {
    askedBy('header', () => {
      this.#wait(() => this.#version());
      this.#wait(() => this.#metrics());
    });
  }

  /** Figures for the header are what waits first where the API budget is spent. */
  #wait(ask: () => Promise<void>): void {
    budgetOf(this.#services).whenRoom(() => {
      if (!this.#stopped) void ask();
    });
  }

  /** Says nothing of what is as it was: the header would be drawn for it. */
  #set(change: Partial<ClusterFactsSnapshot>): void {
    const before = this.getSnapshot();
    const next = { ...before, ...change };
    const isNew = (Object.keys(next) as (keyof ClusterFactsSnapshot)[]).some((fact) => next[fact] !== before[fact]);
    if (isNew && !this.#stopped) this.publish(next);
  }

  async #version(): Promise<void> {
    try {
      const { transport } = this.#services.cluster;
      const version = await transport.json<{ gitVersion: string }>({ method: 'GET', path: '/version' });
      this.#set({ serverVersion: version.gitVersion });
    } catch {
      this.#set({ serverVersion: null });
    }
  }

  async #metrics(): Promise<void> {
    const { cluster, timing } = this.#services;
    try {
      const nodes = await this.#services.list(await cluster.discovery.resolve('nodes'), {});
      this.#set({ nodes: nodes.length });
      const path = '/apis/metrics.k8s.io/v1beta1/nodes';
      const { items } = await cluster.transport.json<NodeMetrics>({ method: 'GET', path });
      const sum = (values: (string | undefined)[]) =>
        values.reduce((total, value) => total + quantityValue(value ?? '0'), 0);
      const capacity = (name: string) => sum(nodes.map((node) => node.status?.allocatable?.[name]));
      const isMeasured = items.length > 0;
      this.#set({
        cpu: isMeasured ? share(sum(items.map((item) => item.usage.cpu)), capacity('cpu')) : null,
        memory: isMeasured ? share(sum(items.map((item) => item.usage.memory)), capacity('memory')) : null,
      });
    } catch {
      const { nodes, cpu, memory } = this.getSnapshot();
      this.#set({ nodes: nodes ?? null, cpu: null, memory: null });
      // Figures that were there once come back; a cluster without metrics is not asked again.
      if (cpu === undefined || memory === undefined) return;
    }
    if (!this.#stopped)
      this.#timer = timing.after(metricsMs(this.#services, metricsIntervalMs), () => this.#wait(() => this.#metrics()));
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }
}

function share(used: number, capacity: number): number | null {
  return capacity > 0 ? Math.round((used / capacity) * 100) / 100 : null;
}
