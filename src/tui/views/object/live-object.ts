import type { KubeObject } from '../../../api/meta.ts';
import type { Source, SourceState } from '../../../api/source.ts';
import type { ObjectHistory } from '../../../store/object-history.ts';
import { ObjectSet } from '../../../store/object-set.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import type { LiveText } from '../live-loader.ts';
import type { ObjectRef } from '../view.ts';
import { historyOf } from './histories.ts';
import { eventSource } from './object-events.ts';

/** Resolves when the watch has said its first word. */
function firstWord(history: ObjectHistory): Promise<void> {
  const isSaid = () => {
    const { versions, goneAt, state } = history.getSnapshot();
    return versions.length > 0 || goneAt !== undefined || state.phase !== 'connecting';
  };
  if (isSaid()) return Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = history.subscribe(() => {
    if (!isSaid()) return;
    stop();
    resolve();
  });
  return promise;
}

/**
 * How an object is now, by its watch. Where nobody may watch it, it is read once.
 * @throws what the server says of the object; the last that was seen of a deleted one is no failure
 */
export async function readObject(services: DashboardServices, ref: ObjectRef): Promise<KubeObject> {
  const history = historyOf(services, ref);
  const leave = history.use();
  try {
    await firstWord(history);
    const { phase } = history.getSnapshot().state;
    // A refusal of the watch says nothing of the object itself, and an empty list not why it is empty.
    if (phase === 'failed' || !history.latest) {
      history.learn(await services.get(ref.resource, ref.namespace, ref.name));
    }
    return history.latest!;
  } finally {
    leave();
  }
}

/** A live view of one object, and of the events about it where they are shown too. */
export class LiveObject implements LiveText {
  readonly timing: LiveText['timing'];
  readonly history: ObjectHistory;
  /** Empty where nobody asked for them. */
  readonly events = new ObjectSet();
  readonly #services: DashboardServices;
  readonly #ref: ObjectRef;
  readonly #events: 'shown' | 'told' | undefined;

  /** @param options.events `shown`: they are part of what is loaded; `told`: only that there are others matters */
  constructor(services: DashboardServices, ref: ObjectRef, options: { events?: 'shown' | 'told' } = {}) {
    this.timing = services.timing;
    this.#services = services;
    this.#ref = ref;
    this.#events = options.events;
    this.history = historyOf(services, ref);
  }

  follow(onChange: (isFirst?: boolean) => void, onState: () => void): () => void {
    let seen = this.history.getSnapshot();
    const leave = this.history.use();
    const stopHistory = this.history.subscribe(() => {
      const now = this.history.getSnapshot();
      const isNews = now.versions !== seen.versions || now.goneAt !== seen.goneAt;
      const isFirst = seen.versions.length === 0;
      seen = now;
      follow();
      if (isNews) onChange(isFirst);
      else onState();
    });
    let source: Source<KubeObject> | undefined;
    const follow = () => {
      const uid = this.history.latest?.metadata.uid;
      if (source || !this.#events || uid === undefined) return;
      source = eventSource(this.#services, this.#ref, uid);
      source.start(this.events);
    };
    let objects = this.events.getSnapshot().objects;
    let isKnown = this.#events === 'shown';
    const stopEvents = this.events.subscribe(() => {
      const now = this.events.getSnapshot().objects;
      if (now === objects) return;
      objects = now;
      // Those that are there already are in what is loaded at first.
      if (isKnown) onChange();
      isKnown = true;
    });
    follow();
    return () => {
      stopHistory();
      leave();
      stopEvents();
      source?.stop();
    };
  }

  connection(): SourceState | undefined {
    const { state } = this.history.getSnapshot();
    // While all is well here, the view below says how things are. What may be read and not watched is shown
    // all the same; the title says that it stands still.
    return state.phase === 'stale' || state.phase === 'connecting' ? state : undefined;
  }

  notes(): readonly string[] {
    const { goneAt, state, versions } = this.history.getSnapshot();
    if (versions.length === 0) return [];
    if (goneAt !== undefined) return [say('deleted meanwhile')];
    return state.phase === 'failed' ? [say('not live')] : [];
  }

  refresh(): void {
    this.history.refresh();
  }
}
