import type { TableColumn, TableRow } from '../../api/meta.ts';
import type { Sink, Source, SourceState } from '../../api/source.ts';
import { ErrorList } from '../shared/errors.ts';
import { labelled } from '../shared/scopes.ts';
import { mergeColumns, rowMapper } from './merge-tables.ts';

/** A source and where it looks. */
export interface PlacedSource<T> {
  source: Source<T>;
  /** In front of what it fails with. */
  label: string;
  /** Told of every item that comes from it, before anyone else sees it. */
  mark?(item: T): void;
}

/**
 * Several sources as one. It begins once each has listed or failed; one that fails is told to `onFailure`, and the
 * others go on. It is `failed` when all are, with an ErrorList of what each failed with.
 */
export function mergeSources<T>(
  parts: readonly PlacedSource<T>[],
  keyOf: (item: T) => string,
  onFailure: (error: unknown) => void,
): Source<T> {
  return {
    start(sink) {
      const merged = new MergedSink(parts, sink, keyOf, onFailure);
      for (const [at, { source }] of parts.entries()) source.start(merged.sinkOf(at));
    },
    stop() {
      for (const { source } of parts) source.stop();
    },
  };
}

/** An item and the columns that it came under. */
interface Item<T> {
  item: T;
  columns: readonly TableColumn[];
}

class MergedSink<T> {
  readonly #parts: readonly PlacedSource<T>[];
  readonly #sink: Sink<T>;
  readonly #keyOf: (item: T) => string;
  readonly #onFailure: (error: unknown) => void;
  /** By part, as they came; undefined before its first list. */
  readonly #items: (Map<string, Item<T>> | undefined)[];
  readonly #columns: (readonly TableColumn[])[];
  /** Those of all parts. What comes later stands behind: rows that are shown already stay as they are. */
  #merged: readonly TableColumn[] = [];
  readonly #states: (SourceState | undefined)[];
  #begun = false;

  constructor(
    parts: readonly PlacedSource<T>[],
    sink: Sink<T>,
    keyOf: (item: T) => string,
    onFailure: (error: unknown) => void,
  ) {
    this.#parts = parts;
    this.#sink = sink;
    this.#keyOf = keyOf;
    this.#onFailure = onFailure;
    this.#items = parts.map(() => undefined);
    this.#columns = parts.map(() => []);
    this.#states = parts.map(() => undefined);
  }

  sinkOf(at: number): Sink<T> {
    return {
      replace: (items, { columns }) => {
        this.#learn(at, columns);
        this.#items[at] = new Map(items.map((item) => [this.#keyOf(item), { item, columns: this.#columns[at]! }]));
        if (this.#begun) this.#replace();
        else this.#begin();
      },
      change: (type, item, { columns }) => {
        this.#learn(at, columns);
        const entry = { item, columns: this.#columns[at]! };
        if (type === 'DELETED') this.#items[at]?.delete(this.#keyOf(item));
        else this.#items[at]?.set(this.#keyOf(item), entry);
        // What came before the others have listed is part of the beginning.
        if (this.#begun) this.#sink.change(type, this.#placed(at, entry), { columns: [...this.#merged] });
      },
      state: (state) => this.#takeState(at, state),
    };
  }

  #learn(at: number, columns: readonly TableColumn[]): void {
    if (columns.length > 0) this.#columns[at] = columns;
    if (this.#begun) this.#merged = mergeColumns([this.#merged, ...this.#columns]);
  }

  /** Objects have no columns; rows go under those of all. */
  #placed(at: number, { item, columns }: Item<T>): T {
    const map = columns.length === 0 ? undefined : rowMapper(columns, this.#merged);
    const placed = map ? (map(item as unknown as TableRow) as unknown as T) : item;
    this.#parts[at]!.mark?.(placed);
    return placed;
  }

  #begin(): void {
    const settled = this.#items.every((items, at) => items !== undefined || this.#states[at]?.phase === 'failed');
    if (!settled || this.#items.every((items) => items === undefined)) return;
    this.#begun = true;
    this.#merged = mergeColumns(this.#columns);
    this.#replace();
  }

  #replace(): void {
    const items = this.#items.flatMap((part, at) => [...(part?.values() ?? [])].map((item) => this.#placed(at, item)));
    this.#sink.replace(items, { columns: [...this.#merged], resourceVersion: '' });
  }

  #takeState(at: number, state: SourceState): void {
    const { label, source } = this.#parts[at]!;
    const error = state.error && (labelled(state.error, label) as Error);
    this.#states[at] = { ...state, ...(error && { error }) };
    if (state.phase === 'failed') {
      // It would be tried again for ever; what one place refuses is not asked of it again.
      source.stop();
      this.#states[at] = { ...state, ...(error && { error }) };
      if (this.#states.every((each) => each?.phase === 'failed')) {
        this.#sink.state({ ...state, error: new ErrorList(this.#states.map((each) => each!.error)) });
        return;
      }
      this.#onFailure(error);
      if (!this.#begun) this.#begin();
    } else if (state.phase !== 'stopped') this.#tell();
  }

  /** The worst of what goes on. */
  #tell(): void {
    const going = this.#states.filter((state) => state !== undefined && state.phase !== 'failed') as SourceState[];
    const worst = going.find(({ phase }) => phase === 'stale') ?? going.find(({ phase }) => phase === 'connecting');
    this.#sink.state(worst ?? going[0]!);
  }
}
