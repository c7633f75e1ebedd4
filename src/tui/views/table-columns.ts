import { cellMeanings } from '../../api/cell-meaning.ts';
import { healthColumns } from '../../api/row-health.ts';
import type { ShapedColumn } from '../../api/row-shape.ts';
import type { CompactRow } from '../../store/compact-row.ts';
import {
  type ColumnChoice,
  chooseColumns,
  type DrawnColumn,
  dearColumns,
  essentialColumns,
  fitColumns,
  measureColumns,
} from './table-lines.ts';

/** The columns of one table on the screen: which there are, how wide they grew, and how far they are scrolled. */
export class TableColumns {
  /** The server's columns that these were made from. */
  readonly from: readonly ShapedColumn[];
  readonly health;
  /** What the cells of a row mean, by the rules of the command line. */
  readonly meanings;
  readonly #drawn: readonly DrawnColumn[];
  readonly #natural: number[] = [];
  /** Columns after the name that are scrolled out at the left. */
  #skipped = 0;
  #fitted: { key: string; columns: DrawnColumn[] } | undefined;

  /** @param sample rows to measure first, so that columns do not jump while the user scrolls */
  constructor(
    from: readonly ShapedColumn[],
    options: {
      kind: string;
      wide: boolean;
      allNamespaces: boolean;
      choice: ColumnChoice | undefined;
      sample: readonly CompactRow[];
      now: number;
    },
  ) {
    this.from = from;
    this.health = healthColumns(from);
    this.meanings = cellMeanings(from, options.kind);
    this.#drawn = chooseColumns(from, options);
    measureColumns(this.#drawn, this.#natural, options.sample, options.now);
  }

  /** Names to sort by, as they stand from left to right. */
  get names(): string[] {
    return this.#drawn.map((column) => column.sortName);
  }

  /** The columns for `rows` in `width` cells; the same array as long as nothing moves. */
  fit(
    rows: readonly CompactRow[],
    width: number,
    kept: { sort: string; cursor: string | undefined },
    now: number,
  ): readonly DrawnColumn[] {
    const grown = measureColumns(this.#drawn, this.#natural, rows, now);
    const wanted = [kept.sort, kept.cursor ?? ''];
    const key = `${width} ${this.#skipped} ${wanted}`;
    if (grown || this.#fitted?.key !== key) {
      const measured = this.#drawn.map((column, index) => ({ ...column, width: this.#natural[index] ?? column.width }));
      const first = measured.findIndex((column) => column.sortName === 'Name') + 1;
      // Who scrolls wants to see what comes next, and not what is kept because it matters most.
      const kept =
        this.#skipped > 0
          ? { keep: ['Name'], dear: [] }
          : { keep: [...essentialColumns, ...wanted], dear: dearColumns };
      this.#fitted = { key, columns: fitColumns(measured.toSpliced(first, this.#skipped), width, kept) };
    }
    return this.#fitted!.columns;
  }

  /** All of them as they were drawn last, and those that did not fit. */
  get drawn(): readonly DrawnColumn[] {
    return this.#drawn;
  }

  get fitted(): readonly DrawnColumn[] {
    return this.#fitted?.columns ?? [];
  }

  /** Columns that do not fit at the right. */
  get hidden(): number {
    return this.#fitted ? Math.max(0, this.#drawn.length - this.#skipped - this.#fitted.columns.length) : 0;
  }

  /** Brings columns that do not fit onto the screen; the name stays where it is. */
  scroll(step: 1 | -1): void {
    if (step < 0 || this.hidden > 0) this.#skipped = Math.max(0, this.#skipped + step);
  }
}
