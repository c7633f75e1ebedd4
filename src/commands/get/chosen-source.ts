import type { KubeObject, TableColumn } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import type { ObjectFilter } from '../shared/where.ts';

/** How often a condition that depends on time is asked again (ms). */
const interval = 1_000;

/**
 * A source of only those items of which a condition is true. An item that comes to fit is told as added, one that
 * no longer fits as deleted; where time alone can do that, all items are asked again every second.
 */
export function chosenSource<T>(
  source: Source<T>,
  objectOf: (item: T) => KubeObject,
  { matches, dependsOnTime }: ObjectFilter,
): Source<T> {
  const chosen = new Set<string>();
  /** Kept only where they are asked again. */
  const all = new Map<string, T>();
  let columns: TableColumn[] = [];
  let ticker: NodeJS.Timeout | undefined;
  const keyOf = (item: T): string => {
    const { uid, namespace, name } = objectOf(item).metadata;
    return uid ?? `${namespace ?? ''}/${name ?? ''}`;
  };
  const keep = (key: string, item: T) => {
    if (dependsOnTime) all.set(key, item);
  };
  return {
    start(sink) {
      /** What has become of an item; nothing where it neither fits nor fitted. */
      const tell = (type: 'ADDED' | 'MODIFIED' | 'DELETED', key: string, item: T, isTick = false) => {
        const fitted = chosen.has(key);
        const fits = type !== 'DELETED' && matches(objectOf(item));
        if (fits) chosen.add(key);
        else chosen.delete(key);
        if (fits && !fitted) sink.change('ADDED', item, { columns });
        else if (fits && !isTick) sink.change('MODIFIED', item, { columns });
        else if (fitted && !fits) sink.change('DELETED', item, { columns });
      };
      source.start({
        replace(items, info) {
          columns = info.columns;
          all.clear();
          chosen.clear();
          const fitting = items.filter((item) => {
            const key = keyOf(item);
            keep(key, item);
            if (!matches(objectOf(item))) return false;
            chosen.add(key);
            return true;
          });
          sink.replace(fitting, info);
        },
        change(type, item, info) {
          if (info.columns.length > 0) columns = info.columns;
          const key = keyOf(item);
          if (type === 'DELETED') all.delete(key);
          else keep(key, item);
          tell(type, key, item);
        },
        state: (state) => sink.state(state),
      });
      if (!dependsOnTime) return;
      ticker = setInterval(() => {
        for (const [key, item] of all) tell('MODIFIED', key, item, true);
      }, interval);
    },
    stop() {
      clearInterval(ticker);
      source.stop();
    },
  };
}
