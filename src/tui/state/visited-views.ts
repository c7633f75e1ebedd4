import type { TableView } from '../views/view.ts';

const kept = 20;

/** The tables that commands opened, to go back and forth among. */
export class VisitedViews {
  #past: TableView[] = [];
  #future: TableView[] = [];

  /** `view` was left for a new one. */
  leave(view: TableView): void {
    this.#past = [...this.#past, view].slice(-kept);
    this.#future = [];
  }

  /** The view to show instead of `here`; undefined where there is none. `last` goes back, and again forth. */
  go(where: 'before' | 'after' | 'last', here: TableView): TableView | undefined {
    const view = where === 'after' ? this.#future.pop() : this.#past.pop();
    if (!view) return undefined;
    if (where === 'before') this.#future.push(here);
    else this.#past.push(here);
    return view;
  }

  clear(): void {
    this.#past = [];
    this.#future = [];
  }
}
