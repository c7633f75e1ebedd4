import type { KubeObject, TableColumn } from '../../api/meta.ts';
import type { Source, SourceState } from '../../api/source.ts';

/** One thing that happened, in the words of a watch. */
export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface FollowHandlers<T> {
  /** What there is at the beginning, all at once. */
  initial(items: readonly T[], columns: readonly TableColumn[]): void;
  change(type: ChangeType, item: T, columns: readonly TableColumn[]): void;
  /** Trouble that the source goes on trying to overcome, and its end. */
  state?(state: SourceState): void;
}

/**
 * Follows a source until `signal` aborts. A list that comes later (the server had forgotten where the
 * watch was) is told as the changes that were missed.
 * @throws what the source failed with: before the first list anything, later only a refusal of the server
 */
export function follow<T>(
  source: Source<T>,
  objectOf: (item: T) => KubeObject,
  handlers: FollowHandlers<T>,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, T>();
  let listed = false;
  const key = (item: T) => {
    const { uid, namespace, name } = objectOf(item).metadata;
    return uid ?? `${namespace ?? ''}/${name ?? ''}`;
  };
  const version = (item: T | undefined) => (item === undefined ? undefined : objectOf(item).metadata.resourceVersion);

  return new Promise((resolve, reject) => {
    const finish = (error?: unknown) => {
      signal.removeEventListener('abort', onAbort);
      source.stop();
      if (error === undefined) resolve();
      else reject(error);
    };
    const onAbort = () => finish();
    /** A handler that throws ends the watch, instead of being taken for trouble with the server. */
    const guarded = (run: () => void) => {
      try {
        run();
      } catch (error) {
        finish(error);
      }
    };
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', onAbort);
    source.start({
      replace(items, { columns }) {
        guarded(() => {
          if (!listed) handlers.initial(items, columns);
          else tellMissed(items, columns);
          listed = true;
          known.clear();
          for (const item of items) known.set(key(item), item);
        });
      },
      change(type, item, { columns }) {
        guarded(() => {
          if (type === 'DELETED') known.delete(key(item));
          else known.set(key(item), item);
          handlers.change(type, item, columns);
        });
      },
      state(state) {
        if (state.phase === 'failed') finish(state.error ?? new Error('the watch ended'));
        else guarded(() => handlers.state?.(state));
      },
    });

    function tellMissed(items: readonly T[], columns: readonly TableColumn[]): void {
      const now = new Set(items.map(key));
      for (const [id, item] of known) if (!now.has(id)) handlers.change('DELETED', item, columns);
      for (const item of items) {
        const before = known.get(key(item));
        if (before === undefined) handlers.change('ADDED', item, columns);
        else if (version(before) !== version(item)) handlers.change('MODIFIED', item, columns);
      }
    }
  });
}
