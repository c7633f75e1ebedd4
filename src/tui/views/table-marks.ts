import type { CompactRow } from '../../store/compact-row.ts';
import type { ObjectRef } from './view.ts';

interface Marked {
  uid: string;
  ref: ObjectRef | undefined;
}

/** The rows that a user has marked. They are kept by object: what takes a marked object's name is not marked. */
export class TableMarks {
  readonly #marked = new Map<string, Marked>();
  /** Where a range begins: the row that was marked or unmarked last. */
  #anchor: string | undefined;

  get size(): number {
    return this.#marked.size;
  }

  get anchor(): string | undefined {
    return this.#anchor;
  }

  has(row: CompactRow): boolean {
    return this.#marked.get(row.key)?.uid === row.uid;
  }

  keys(): IterableIterator<string> {
    return this.#marked.keys();
  }

  refs(): ObjectRef[] {
    return [...this.#marked.values()].flatMap(({ ref }) => ref ?? []);
  }

  toggle(row: CompactRow, ref: ObjectRef | undefined): void {
    this.#anchor = row.key;
    if (this.has(row)) this.#marked.delete(row.key);
    else this.add(row, ref);
  }

  add(row: CompactRow, ref: ObjectRef | undefined): void {
    this.#anchor = row.key;
    this.#marked.set(row.key, { uid: row.uid, ref });
  }

  /** Takes the mark off objects. */
  remove(refs: readonly ObjectRef[]): void {
    const gone = new Set(refs.map(({ namespace, name, uid }) => JSON.stringify([namespace, name, uid])));
    for (const [key, { ref }] of this.#marked) {
      if (ref && gone.has(JSON.stringify([ref.namespace, ref.name, ref.uid]))) this.#marked.delete(key);
    }
  }

  clear(): void {
    this.#marked.clear();
    this.#anchor = undefined;
  }

  /**
   * Lets go of objects that are no more.
   * @param mayHide true where the server was asked for some rows only: one that is not there may still be elsewhere
   */
  prune(rowOf: (key: string) => CompactRow | undefined, mayHide: boolean): void {
    for (const [key, { uid }] of this.#marked) {
      const row = rowOf(key);
      if (row ? row.uid !== uid : !mayHide) this.#marked.delete(key);
    }
  }
}
