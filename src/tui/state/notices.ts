import type { KubeObject } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import type { DashboardServices } from '../services.ts';
import { type Notifier, notify } from '../term/notify.ts';
import type { TableModel } from '../views/table-model.ts';
import type { ObjectRef } from '../views/view.ts';
import { say } from '../words/say.ts';
import { verdictOf } from './verdict.ts';

/** Something that is waited for while other things are done. */
export interface Notice {
  /** What lists call it: `pod shop/web-0`. */
  readonly label: string;
  /** Calls `tell` with what has happened: once for an object, whenever a row appears for a table. */
  start(tell: (text: string, kind: 'info' | 'error', isLast: boolean) => void): void;
  stop(): void;
}

const nameOf = ({ resource, namespace, name }: ObjectRef): string =>
  `${resource.singular || resource.plural} ${namespace === undefined ? '' : `${namespace}/`}${name}`;

/** Waits until an object is ready, fails, has ended or is gone; where none of these can be known, until it changes. */
export function objectNotice(ref: ObjectRef, source: Source<KubeObject>): Notice {
  const label = nameOf(ref);
  return {
    label,
    start(tell) {
      let first: { kind: string | undefined; version: string | undefined; uid: string | undefined } | undefined;
      const gone = () => first && tell(say('{name} is gone', { name: label }), 'error', true);
      const look = (object: KubeObject) => {
        const verdict = verdictOf(object);
        const { resourceVersion: version, uid } = object.metadata;
        if (first && first.uid !== uid) return gone();
        if (!first) first = { kind: verdict?.kind, version, uid };
        else if (verdict ? verdict.kind === first.kind : version === first.version) return;
        else if (!verdict) tell(say('{name} has changed', { name: label }), 'info', true);
        else {
          const why = verdict.why === '' ? '' : `: ${verdict.why}`;
          if (verdict.kind === 'ready') tell(say('{name} is ready', { name: label }), 'info', true);
          else if (verdict.kind === 'ended') tell(say('{name} has ended', { name: label }), 'info', true);
          else if (verdict.kind === 'failed') tell(say('{name} has failed', { name: label }) + why, 'error', true);
          // What begins to work, or to be mended, is still waited for.
          else if (first.kind === 'ready')
            tell(say('{name} is not ready any more', { name: label }) + why, 'error', true);
          else first = { ...first, kind: verdict.kind };
        }
      };
      source.start({
        replace: ([object]) => (object ? look(object) : gone()),
        change: (type, object) => (type === 'DELETED' ? gone() : look(object)),
        state: () => undefined,
      });
    },
    stop: () => source.stop(),
  };
}

/** Rows that are told by name; of more it is said how many. */
const namedRows = 3;

/** Waits for rows of a table of its own that pass its filter and did not before. */
export function tableNotice(label: string, table: TableModel): Notice {
  let unsubscribe: (() => void) | undefined;
  return {
    label,
    start(tell) {
      let known: ReadonlySet<string> | undefined;
      const look = () => {
        const { state } = table.store.getSnapshot();
        // What is listed first was there before.
        if (state.phase !== 'synced') return;
        const rows = table.store.visibleRows();
        const fresh = known ? rows.filter(({ key }) => !known!.has(key)) : [];
        known = new Set(rows.map(({ key }) => key));
        if (fresh.length === 0) return;
        const names = fresh
          .slice(0, namedRows)
          .map(({ namespace, name }) => (namespace ? `${namespace}/${name}` : name));
        const rest = fresh.length - names.length;
        const what = [...names, ...(rest > 0 ? [say('and {count} more', { count: rest })] : [])].join(', ');
        tell(`${label}: ${what}`, 'info', false);
      };
      unsubscribe = table.store.subscribe(look);
      look();
    },
    stop() {
      unsubscribe?.();
      table.close();
    },
  };
}

/** What is waited for in one context; it ends with the connection to it. */
export class Notices {
  readonly #list = new Set<Notice>();

  get list(): readonly Notice[] {
    return [...this.#list];
  }

  add(host: Notifier, notice: Notice): void {
    this.#list.add(notice);
    notice.start((text, kind, isLast) => {
      if (!this.#list.has(notice)) return;
      if (isLast) this.remove(notice);
      notify(host, text, kind);
    });
  }

  remove(notice: Notice): void {
    if (this.#list.delete(notice)) notice.stop();
  }

  close(): void {
    for (const notice of this.#list) this.remove(notice);
  }
}

const byServices = new WeakMap<DashboardServices, Notices>();

/** One for all panes that show a context. */
export function noticesOf(services: DashboardServices): Notices {
  const known = byServices.get(services);
  if (known) return known;
  const fresh = new Notices();
  byServices.set(services, fresh);
  return fresh;
}
