import type { CompactRow } from '../../store/compact-row.ts';
import type { TableSelection, TableStore } from '../../store/table-store.ts';
import type { Timing } from '../../store/timing.ts';
import type { Move } from './view-model.ts';

/** How long the place of an object that has gone is kept free, and harmful keys do nothing, ms. */
const mourningMs = 500;

/** A row that the cursor stood on when its object went. */
interface Tombstone {
  row: CompactRow;
  index: number;
  /** Gone from the cluster, or only from what is shown. */
  how: 'deleted' | 'hidden';
}

/**
 * The cursor of a table and the window around it. The cursor stands on an object, not on a line: where
 * rows come and go it stays with it. When the object goes, a tombstone takes its line for a moment, so that
 * a key that was meant for it does not reach the next one.
 */
export class TableCursor {
  readonly #store: TableStore;
  readonly #timing: Timing;
  readonly #onChange: () => void;
  #selection: TableSelection = { key: undefined, index: 0 };
  /** The object under the cursor, as it was seen last. */
  #row: CompactRow | undefined;
  #tombstone: Tombstone | undefined;
  #disarmedUntil = 0;
  #timer: { cancel(): void } | undefined;
  #offset = 0;
  #height = 20;

  constructor(store: TableStore, timing: Timing, onChange: () => void) {
    this.#store = store;
    this.#timing = timing;
    this.#onChange = onChange;
  }

  get key(): string | undefined {
    return this.#selection.key;
  }

  get index(): number {
    return this.#selection.index;
  }

  get offset(): number {
    return this.#offset;
  }

  get height(): number {
    return this.#height;
  }

  get tombstone(): Tombstone | undefined {
    return this.#tombstone;
  }

  /** True for a moment after the object under the cursor has gone. */
  get disarmed(): boolean {
    return this.#timing.now() < this.#disarmedUntil;
  }

  set height(height: number) {
    if (height === this.#height) return;
    this.#height = height;
    this.#reveal();
  }

  /** Rows as they stand on the screen: lines of the window, with the tombstone between them. */
  get #count(): number {
    return this.#store.getSnapshot().visible + (this.#tombstone ? 1 : 0);
  }

  move(move: Exclude<Move, 'left' | 'right'>, steps: number): void {
    const page = Math.max(1, this.#height - 1);
    const { index } = this.#selection;
    const goals = {
      up: index - steps,
      down: index + steps,
      'page-up': index - page * steps,
      'page-down': index + page * steps,
      top: 0,
      bottom: this.#count - 1,
    };
    this.select(goals[move]);
  }

  /** Puts the cursor on a line, counted with the tombstone. */
  select(line: number): void {
    const stone = this.#tombstone;
    if (stone && line === stone.index) return;
    this.#bury();
    const index = stone && line > stone.index ? line - 1 : line;
    const at = Math.max(0, Math.min(index, this.#store.getSnapshot().visible - 1));
    this.#stand({ key: this.#store.window(at, 1).rows[0]?.key, index: at });
    this.#reveal();
  }

  #stand(selection: TableSelection): void {
    this.#selection = selection;
    this.#row = selection.key === undefined ? undefined : this.#store.row(selection.key);
  }

  #bury(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#tombstone = undefined;
  }

  /**
   * Goes along with what has changed.
   * @param own true where the user changed what is shown: what he has hidden himself needs no tombstone
   */
  follow(own: boolean): void {
    if (this.#tombstone && !own) {
      this.#reveal();
      return;
    }
    this.#bury();
    const before = this.#selection;
    const row = before.key === undefined ? undefined : this.#store.row(before.key);
    const same = row !== undefined && row.uid === this.#row?.uid;
    const shown = same && this.#store.indexOf(row.key) >= 0;
    if (this.#row && !shown && !own) {
      this.#mourn({ row: this.#row, index: before.index, how: same ? 'hidden' : 'deleted' });
      return;
    }
    this.#stand(this.#store.follow(before));
    // Rows that come in above must not move what the user looks at: the window goes along with its object.
    if (this.#offset > 0 && shown) this.#offset += this.#selection.index - before.index;
    this.#reveal();
  }

  #mourn(stone: Tombstone): void {
    this.#tombstone = { ...stone, index: Math.min(stone.index, this.#store.getSnapshot().visible) };
    this.#selection = { key: undefined, index: this.#tombstone.index };
    this.#row = undefined;
    this.#disarmedUntil = this.#timing.now() + mourningMs;
    this.#timer = this.#timing.after(mourningMs, () => {
      this.#bury();
      this.#stand(this.#store.follow({ key: undefined, index: this.#selection.index }));
      this.#reveal();
      this.#onChange();
    });
    this.#reveal();
  }

  /** Keeps the cursor inside the window and the window inside the table. */
  #reveal(): void {
    const { index } = this.#selection;
    const height = Math.max(1, this.#height);
    if (index < this.#offset) this.#offset = index;
    if (index >= this.#offset + height) this.#offset = index - height + 1;
    this.#offset = Math.max(0, Math.min(this.#offset, this.#count - height));
  }

  close(): void {
    this.#timer?.cancel();
  }
}
