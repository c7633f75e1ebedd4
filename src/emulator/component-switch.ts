import type { Component, ComponentGroup } from './components.ts';
import type { Controller, RunningController } from './controllers/controller.ts';

/** Where one component stands. */
export interface ComponentState {
  name: string;
  group: ComponentGroup;
  running: boolean;
}

export interface ComponentSwitchOptions {
  rows: readonly Component[];
  make: (row: Component) => readonly Controller[];
  run: (controller: Controller) => RunningController;
  /** Names of rows and groups that are not to be started. */
  stopped?: Iterable<string>;
  /** Told what is stopped after each change. */
  changed?: (stopped: readonly string[]) => void;
}

/**
 * Starts and stops the parts of the control plane. A group that is stopped stops all of its parts, whatever each
 * of them was told; started again, those that were stopped by themselves stay so.
 */
export class ComponentSwitch {
  readonly #options: ComponentSwitchOptions;
  readonly #rows: Component[];
  readonly #stopped: Set<string>;
  readonly #running = new Map<string, readonly RunningController[]>();

  constructor(options: ComponentSwitchOptions) {
    this.#options = options;
    this.#rows = [...options.rows];
    this.#stopped = new Set(options.stopped);
  }

  /** Further parts, to be started now unless they are stopped. */
  add(rows: readonly Component[]): void {
    this.#rows.push(...rows);
    this.apply();
  }

  list(): ComponentState[] {
    const shown = this.#rows.filter(({ hidden }) => !hidden);
    return shown.map(({ name, group }) => ({ name, group, running: this.#running.has(name) }));
  }

  /** What users have stopped: parts and groups, sorted. */
  stopped(): string[] {
    return [...this.#stopped].sort();
  }

  has(name: string): boolean {
    return this.#rows.some((row) => (row.name === name && !row.hidden) || row.group === name);
  }

  /** True unless a part, or a group as a whole, is stopped. */
  isRunning(name: string): boolean {
    const row = this.#rows.find((one) => one.name === name);
    return !this.#stopped.has(name) && !(row && this.#stopped.has(row.group));
  }

  /** Makes what runs what is to run. */
  apply(): void {
    for (const row of this.#rows) {
      const wanted = this.isRunning(row.name);
      if (wanted === this.#running.has(row.name)) continue;
      if (wanted) {
        this.#running.set(row.name, this.#options.make(row).map(this.#options.run));
      } else {
        for (const one of this.#running.get(row.name)!) one.stop();
        this.#running.delete(row.name);
      }
    }
  }

  /** Stops or starts a part or a group; false when it was so already. */
  turn(name: string, on: boolean): boolean {
    if (this.#stopped.has(name) !== on) return false;
    if (on) this.#stopped.delete(name);
    else this.#stopped.add(name);
    this.apply();
    this.#options.changed?.(this.stopped());
    return true;
  }

  /** Ends everything, and remembers nothing of it. */
  close(): void {
    for (const started of this.#running.values()) for (const one of started) one.stop();
    this.#running.clear();
  }
}
