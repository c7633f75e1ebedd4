import { quantityValue } from '../../../lib/quantity.ts';
import type { DashboardServices } from '../../services.ts';
import { budgetOf } from '../../state/budget.ts';
import { metricsMs } from '../../state/usuals.ts';

const askMs = 15_000;

interface NodeMetrics {
  items: { usage: { cpu: string; memory: string } }[];
}

/** How much of a cluster's CPU and memory is in use, now and before: asked for while it is looked at. */
export class ClusterUse {
  readonly #services: DashboardServices;
  readonly #most: number;
  readonly #changed: () => void;
  readonly #samples: { cpu: number[]; memory: number[] } = { cpu: [], memory: [] };
  #timer: { cancel(): void } | undefined;
  #running = false;
  /** Which time it was turned on: one that was turned off and on again asks once, not twice. */
  #turn = 0;
  /** The cluster has no metrics, or does not show them. */
  #isAbsent = false;
  /** New figures wait for room in the API budget. */
  isHeld = false;

  constructor(services: DashboardServices, most: number, changed: () => void) {
    this.#services = services;
    this.#most = most;
    this.#changed = changed;
  }

  /** Shares between 0 and 1, the newest last. */
  samples(what: 'cpu' | 'memory'): readonly number[] {
    return this.#samples[what];
  }

  /** Why there are no samples. */
  get word(): 'no metrics' | '…' {
    return this.#isAbsent ? 'no metrics' : '…';
  }

  run(on: boolean): void {
    this.#running = on;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.isHeld = false;
    if (on && !this.#isAbsent) this.#wait(++this.#turn);
  }

  /** What is shown stays while the API budget is spent. */
  #wait(turn: number): void {
    this.isHeld = true;
    budgetOf(this.#services).whenRoom(() => {
      if (!this.#running || turn !== this.#turn) return;
      this.isHeld = false;
      void this.#ask(turn);
    });
  }

  async #ask(turn: number): Promise<void> {
    const { cluster, timing } = this.#services;
    try {
      const path = '/apis/metrics.k8s.io/v1beta1/nodes';
      const [nodes, { items }] = await Promise.all([
        cluster.discovery.resolve('nodes').then((resource) => this.#services.list(resource, {})),
        cluster.transport.json<NodeMetrics>({ method: 'GET', path }),
      ]);
      for (const what of ['cpu', 'memory'] as const) {
        const whole = sum(nodes.map((node) => node.status?.allocatable?.[what]));
        if (whole === 0 || items.length === 0) continue;
        this.#samples[what] = [...this.#samples[what], sum(items.map(({ usage }) => usage[what])) / whole].slice(
          -this.#most,
        );
      }
    } catch {
      // Figures that were there once may come back; a cluster without metrics is not asked again.
      this.#isAbsent = this.#samples.cpu.length === 0;
    }
    if (!this.#running || turn !== this.#turn) return;
    this.#changed();
    if (!this.#isAbsent) this.#timer = timing.after(metricsMs(this.#services, askMs), () => this.#wait(turn));
  }
}

const sum = (amounts: (string | undefined)[]): number =>
  amounts.reduce((total, amount) => total + quantityValue(amount ?? '0'), 0);
