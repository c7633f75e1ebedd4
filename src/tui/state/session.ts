import type { DashboardServices } from '../services.ts';
import { budgetOf, type RequestBudget } from './budget.ts';
import { ClusterFacts } from './cluster-facts.ts';
import { autostart } from './forwards-autostart.ts';
import { type CompletionFacts, completionFacts } from './known-names.ts';
import { Memory } from './memory.ts';
import { noticesOf } from './notices.ts';

/** One context that the dashboard is connected to: panes share it. */
export class Session {
  readonly services: DashboardServices;
  readonly facts: ClusterFacts;
  readonly memory: Memory;
  /** What is asked of the API server. */
  readonly budget: RequestBudget;
  /** What command lines can be completed with; empty until it is known. */
  completion: CompletionFacts;
  readonly #themes: readonly string[];
  #closed = false;

  constructor(services: DashboardServices, themes: readonly string[]) {
    this.services = services;
    this.facts = new ClusterFacts(services);
    this.budget = budgetOf(services);
    this.memory = new Memory(services.memoryFile, services.timing);
    this.#themes = themes;
    this.completion = { resources: [], namespaces: [], contexts: [], themes };
  }

  get context(): string {
    return this.services.cluster.contextName;
  }

  /** Begins to ask for what the header and completion show. */
  start(): void {
    this.facts.start();
    void autostart(this.services);
    void completionFacts(this.services, this.#themes).then((facts) => {
      if (!this.#closed) this.completion = facts;
    });
  }

  close(): void {
    this.#closed = true;
    noticesOf(this.services).close();
    this.facts.stop();
    this.budget.stop();
    this.memory.flush();
    const { forwards, cluster } = this.services;
    const end = () => cluster.transport.close();
    // Forwards of a context go on when it is left.
    if (!forwards?.desk.keepOpen(forwards, end)) end();
  }
}
