import type { TableColumn } from './meta.ts';

/**
 * How a live collection reaches those who show or follow it. A reflector (src/kube) is a `Source`;
 * stores and commands are its `Sink`. Neither side imports the other.
 */
export interface Source<T> {
  /** Begins to list and watch; calls are delivered on `sink` until `stop`. */
  start(sink: Sink<T>): void;
  stop(): void;
}

export interface SourceState {
  /** `stale`: what is shown may be old, since `since` (ms); the source goes on trying by itself. */
  phase: 'connecting' | 'synced' | 'stale' | 'failed' | 'stopped';
  since: number;
  /** Why it is stale or failed, in the user's words. */
  error?: Error;
}

export interface Sink<T> {
  /** The whole content after a list; it replaces what was there at once, so that a relist never shows an empty screen. */
  replace(items: T[], info: { columns: TableColumn[]; resourceVersion: string }): void;
  /** One change. `columns` is empty for a source of objects. */
  change(type: 'ADDED' | 'MODIFIED' | 'DELETED', item: T, info: { columns: TableColumn[] }): void;
  state(state: SourceState): void;
}
