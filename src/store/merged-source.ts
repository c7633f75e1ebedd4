import type { TableColumn } from '../api/meta.ts';
import type { Sink, Source, SourceState } from '../api/source.ts';

/** The worse a phase is, the more it counts for the whole. */
const badness: Readonly<Record<SourceState['phase'], number>> = {
  synced: 0,
  stopped: 1,
  connecting: 2,
  stale: 3,
  failed: 4,
};

/**
 * Several sources as one: the same kind in several namespaces. What one of them lists takes the place of
 * its own items alone. Items are shown as soon as the first source has them; the whole is as fresh as its
 * worst part, but a part that failed does not hide the others.
 */
export function mergedSource<T>(sources: readonly Source<T>[], keyOf: (item: T) => string): Source<T> {
  return {
    start(sink) {
      const parts = sources.map(() => ({ items: new Map<string, T>(), state: undefined as SourceState | undefined }));
      sources.forEach((source, index) => {
        source.start(partSink(parts, index, sink, keyOf));
      });
    },
    stop() {
      for (const source of sources) source.stop();
    },
  };
}

interface Part<T> {
  items: Map<string, T>;
  state: SourceState | undefined;
}

function partSink<T>(parts: readonly Part<T>[], index: number, sink: Sink<T>, keyOf: (item: T) => string): Sink<T> {
  const own = parts[index]!;
  return {
    replace(items, info) {
      own.items = new Map(items.map((item) => [keyOf(item), item]));
      // No version of the whole: each part has its own.
      sink.replace(
        parts.flatMap((part) => [...part.items.values()]),
        { columns: info.columns, resourceVersion: '' },
      );
    },
    change(type, item, info) {
      if (type === 'DELETED') own.items.delete(keyOf(item));
      else own.items.set(keyOf(item), item);
      sink.change(type, item, info);
    },
    state(state) {
      own.state = state;
      const worst = worstOf(parts.map((part) => part.state));
      if (worst) sink.state(worst);
    },
  };
}

/** Undefined while a part has not said anything. Where some parts are there, one that failed makes the whole stale. */
function worstOf(states: readonly (SourceState | undefined)[]): SourceState | undefined {
  const said = states.filter((state) => state !== undefined);
  if (said.length < states.length) return undefined;
  const worst = said.reduce((a, b) => (badness[b.phase] > badness[a.phase] ? b : a));
  const someLive = said.some((state) => state.phase === 'synced');
  return worst.phase === 'failed' && someLive ? { ...worst, phase: 'stale' } : worst;
}

/** A source that lets through only what `keeps` holds for. */
export function filteredSource<T>(source: Source<T>, keeps: (item: T) => boolean): Source<T> {
  return {
    start(sink) {
      source.start({
        replace: (items, info) => sink.replace(items.filter(keeps), info),
        change(type, item, info: { columns: TableColumn[] }) {
          if (keeps(item)) sink.change(type, item, info);
        },
        state: (state) => sink.state(state),
      });
    },
    stop: () => source.stop(),
  };
}
