import type { EntryList } from '../../../store/logs/line-selection.ts';

/** A row on the screen: which row of which entry. */
export interface WindowRow {
  seq: number;
  row: number;
}

/** What part of a list of entries is seen: its end, or the place where a reader has stopped. */
export class LogWindow {
  /** The newest stays in view. */
  isFollowing = true;
  height = 20;
  #top: WindowRow = { seq: 0, row: 0 };

  /** @param rowsOf how many rows an entry takes */
  rows(list: EntryList, rowsOf: (seq: number) => number): WindowRow[] {
    if (this.isFollowing) return this.#lastRows(list, rowsOf);
    const rows: WindowRow[] = [];
    const start = list.indexOf(this.#top.seq);
    for (let index = start; index < list.length && rows.length < this.height; index++) {
      const seq = list.seqAt(index);
      for (let row = seq === this.#top.seq ? this.#top.row : 0; row < rowsOf(seq) && rows.length < this.height; row++) {
        rows.push({ seq, row });
      }
    }
    // Less than a page is left: the last page, rather than an empty one.
    return rows.length < this.height ? this.#lastRows(list, rowsOf) : rows;
  }

  #lastRows(list: EntryList, rowsOf: (seq: number) => number): WindowRow[] {
    const rows: WindowRow[] = [];
    for (let index = list.length - 1; index >= 0 && rows.length < this.height; index--) {
      const seq = list.seqAt(index);
      for (let row = rowsOf(seq) - 1; row >= 0 && rows.length < this.height; row--) rows.push({ seq, row });
    }
    return rows.reverse();
  }

  /** Stands still where it is. */
  stop(list: EntryList, rowsOf: (seq: number) => number): void {
    const [top] = this.rows(list, rowsOf);
    this.isFollowing = false;
    this.#top = top ?? { seq: list.length > 0 ? list.seqAt(0) : 0, row: 0 };
  }

  toTop(list: EntryList): void {
    this.isFollowing = false;
    this.#top = { seq: list.length > 0 ? list.seqAt(0) : 0, row: 0 };
  }

  /** Puts an entry on the screen, a third from the top unless it is there. */
  show(seq: number, list: EntryList, rowsOf: (seq: number) => number): void {
    if (this.rows(list, rowsOf).some((row) => row.seq === seq)) {
      this.stop(list, rowsOf);
      return;
    }
    this.isFollowing = false;
    this.#top = { seq, row: 0 };
    this.scroll(-Math.floor(this.height / 3), list, rowsOf);
  }

  /** Rows down, or up where negative. At the end it goes on following only if it did before. */
  scroll(by: number, list: EntryList, rowsOf: (seq: number) => number): void {
    if (list.length === 0) return;
    const wasFollowing = this.isFollowing;
    this.stop(list, rowsOf);
    let index = list.indexOf(this.#top.seq);
    let row = this.#top.row;
    for (let left = Math.abs(by); left > 0; left--) {
      if (by < 0) {
        if (row > 0) row--;
        else if (index > 0) row = rowsOf(list.seqAt(--index)) - 1;
        else break;
      } else if (row + 1 < rowsOf(list.seqAt(index))) row++;
      else if (index + 1 < list.length) [index, row] = [index + 1, 0];
      else break;
    }
    this.#top = { seq: list.seqAt(index), row };
    // Beyond the last page there is nothing.
    const [top] = this.rows(list, rowsOf);
    this.#top = top!;
    if (wasFollowing && by > 0) this.isFollowing = true;
  }

  /** Entries behind the last one seen. */
  below(list: EntryList, rows: readonly WindowRow[]): number {
    const last = rows.at(-1);
    return last === undefined ? 0 : Math.max(0, list.length - 1 - list.indexOf(last.seq));
  }
}
