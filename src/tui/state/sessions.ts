import type { DashboardServices } from '../services.ts';
import { Session } from './session.ts';
import { sessionsOf, type Workspace } from './workspace.ts';

/** The contexts that panes are connected to, each once. */
export class Sessions {
  readonly first: Session;
  readonly #open: Map<string, Session>;
  readonly #themes: readonly string[];

  constructor(services: DashboardServices, themes: readonly string[]) {
    this.first = new Session(services, themes);
    this.#themes = themes;
    this.#open = new Map([[this.first.context, this.first]]);
  }

  /** The session of context `name`, opened the way that `services` was where there is none yet. */
  async open(name: string, services: DashboardServices): Promise<Session> {
    const known = this.#open.get(name);
    if (known) return known;
    const session = new Session(await services.openContext(name), this.#themes);
    this.#open.set(name, session);
    session.start();
    return session;
  }

  /** Closes the connections that no pane of `workspace` uses. */
  keep(workspace: Workspace): void {
    const used = sessionsOf(workspace);
    for (const [name, session] of this.#open) {
      if (used.has(session)) continue;
      this.#open.delete(name);
      session.close();
    }
  }

  close(): void {
    this.first.services.forwards?.desk.close();
    for (const session of this.#open.values()) session.close();
    this.#open.clear();
  }
}
