import { findBuiltin } from '../../api/resources.ts';
import type { ActionHost } from '../actions/action.ts';
import type { DashboardServices } from '../services.ts';
import { openLogs } from '../views/logs/open-logs.ts';
import { newTableModel } from '../views/new-table.ts';
import { eventScope } from '../views/object/object-events.ts';
import { openWhy } from '../views/object/why-page.ts';
import { openYaml } from '../views/object/yaml-text.ts';
import { openDescribe } from '../views/open-views.ts';
import type { ObjectRef } from '../views/view.ts';
import type { ViewModel } from '../views/view-model.ts';
import { activeTab, type Pane, type PaneLink, type Workspace, withPaneAt } from './workspace.ts';

/** How long the cursor rests on a row before its neighbours follow, ms. */
const restMs = 250;

/** What a pane can show of the row under its neighbour's cursor. */
export const linkedViews: Readonly<
  Record<
    PaneLink['show'],
    { label: string; open(services: DashboardServices, ref: ObjectRef): ViewModel | Promise<ViewModel> }
  >
> = {
  describe: { label: 'Description', open: openDescribe },
  yaml: { label: 'YAML', open: (services, ref) => openYaml(services, ref) },
  logs: { label: 'Logs', open: (services, ref) => openLogs(services, [ref], { previous: false }) },
  why: { label: 'Why', open: openWhy },
  events: {
    label: 'Events',
    open: (services, ref) =>
      newTableModel({ resource: findBuiltin('events')!, scope: eventScope(ref, ref.uid), of: ref.name }, services, {
        namespace: ref.namespace,
        wide: false,
      }),
  },
};

interface Followed {
  link: PaneLink;
  /** What is shown of which object. */
  key: string;
  model: ViewModel | undefined;
}

const keyOf = (ref: ObjectRef): string =>
  `${ref.resource.group}/${ref.resource.plural} ${ref.namespace ?? ''}/${ref.name} ${ref.uid ?? ''}`;

/**
 * Panes that follow their neighbour: each shows something of the row under the other's cursor, when the cursor has
 * come to rest. A pane in which something else is opened follows no more.
 */
export class LinkedPanes {
  readonly #host: ActionHost & { subscribe(listener: () => void): () => void };
  readonly #followed = new Map<number, Followed>();
  readonly #stop: () => void;
  #watched = new Map<ViewModel, () => void>();
  #timer: { cancel(): void } | undefined;
  #busy = false;

  constructor(host: ActionHost & { subscribe(listener: () => void): () => void }) {
    this.#host = host;
    this.#stop = host.subscribe(() => this.#onChange());
  }

  #links(): { pane: Pane; from: Pane; link: PaneLink }[] {
    const { panes } = activeTab(this.#host.workspace);
    return panes.flatMap((pane) => {
      const from = pane.link && panes.find(({ id }) => id === pane.link!.from);
      return from && pane.link ? [{ pane, from, link: pane.link }] : [];
    });
  }

  #onChange(): void {
    if (this.#busy) return;
    const links = this.#links();
    for (const { pane } of links) {
      const followed = this.#followed.get(pane.id);
      // Something else was opened in it, or what followed was left.
      if (followed?.model && !pane.stack.includes(followed.model)) this.#unlink(pane.id);
    }
    const watched = new Map<ViewModel, () => void>();
    for (const { from } of this.#links()) {
      const model = from.stack.at(-1);
      if (model && !watched.has(model)) {
        watched.set(model, this.#watched.get(model) ?? model.subscribe(() => this.#wake()));
      }
    }
    for (const [model, stop] of this.#watched) if (!watched.has(model)) stop();
    this.#watched = watched;
    if (watched.size > 0) this.#wake();
  }

  #unlink(id: number): void {
    this.#followed.delete(id);
    this.#arrange((workspace) => withPaneAt(workspace, id, ({ link: _, ...pane }) => pane));
  }

  #arrange(change: (workspace: Workspace) => Workspace): void {
    this.#busy = true;
    try {
      this.#host.arrange(change);
    } finally {
      this.#busy = false;
    }
  }

  #wake(): void {
    const isNews = this.#links().some(({ pane, from, link }) => {
      const ref = from.stack.at(-1)?.target();
      return ref && this.#followed.get(pane.id)?.key !== `${link.show} ${keyOf(ref)}`;
    });
    if (!isNews) return;
    this.#timer?.cancel();
    this.#timer = this.#host.services.timing.after(restMs, () => void this.#follow());
  }

  async #follow(): Promise<void> {
    for (const { pane, from, link } of this.#links()) {
      const ref = from.stack.at(-1)?.target();
      if (!ref) continue;
      const key = `${link.show} ${keyOf(ref)}`;
      const before = this.#followed.get(pane.id);
      if (before?.key === key) continue;
      const followed: Followed = { link, key, model: before?.model };
      this.#followed.set(pane.id, followed);
      try {
        const model = await linkedViews[link.show].open(from.session.services, ref);
        // The cursor has gone on meanwhile.
        if (this.#followed.get(pane.id) !== followed) {
          model.close();
          continue;
        }
        const old = followed.model;
        followed.model = model;
        this.#arrange((workspace) =>
          withPaneAt(workspace, pane.id, (now) => ({
            ...now,
            stack: [...now.stack.filter((one) => one !== old), model],
          })),
        );
      } catch (error) {
        this.#host.fail(error);
      }
    }
  }

  close(): void {
    this.#stop();
    this.#timer?.cancel();
    for (const stop of this.#watched.values()) stop();
  }
}
