import { rowHealth } from '../../api/row-health.ts';
import { printedSpan } from '../../lib/printed-span.ts';
import type { CompactRow } from '../../store/compact-row.ts';
import type { TableSnapshot, TableStore, TableWindow } from '../../store/table-store.ts';
import type { Timing } from '../../store/timing.ts';
import type { Theme } from '../../theme/theme.ts';
import { say } from '../words/say.ts';
import { AgeTicker } from './age-ticker.ts';
import type { TableColumns } from './table-columns.ts';
import type { TableCursor } from './table-cursor.ts';
import { ageCell, cellText, type DrawnColumn, headerLine, rowLine, tombstoneLine } from './table-lines.ts';
import type { TableMarks } from './table-marks.ts';

/** What a row says about time, for telling whether it has to be drawn again. */
function timesOf(row: CompactRow, columns: readonly DrawnColumn[], now: number): string {
  const spans = columns.filter((column) => column.span).map((column) => cellText(row, column.cell, now, true));
  return [cellText(row, ageCell, now), ...spans].join();
}

/** A line as it was drawn, and all that it was drawn from. */
interface CachedLine {
  signature: string;
  cells: unknown;
  line: string;
}

/** What of a table is told beside its rows. */
const visibleParts = ['columns', 'total', 'visible', 'counted', 'sort', 'state', 'past'] as const;
/** Views over a table hear of what it has at least so often (ms) while it changes. */
const longestMs = 1000;

interface Looked {
  snapshot: TableSnapshot;
  window: TableWindow;
  /** Of its rows: what is measured anew comes into the same rows. */
  cells: readonly (readonly unknown[])[];
  key: string | undefined;
  at: number;
}

function sameRows({ window: a, cells }: Looked, b: TableWindow): boolean {
  return (
    a.offset === b.offset &&
    a.rows.length === b.rows.length &&
    a.marks.size === b.marks.size &&
    b.rows.every((row, index) => {
      return row === a.rows[index] && row.cells === cells[index] && b.marks.get(row.key) === a.marks.get(row.key);
    })
  );
}

interface PaintedTable {
  store: TableStore;
  columns: TableColumns;
  cursor: TableCursor;
  marks: TableMarks;
  /** The column under the column cursor. */
  column: string | undefined;
  now: number;
  /** Nothing comes in at the moment. */
  stale: boolean;
}

/** Draws the window of a table: a line that says what it said a moment ago is not made again. */
export class TablePainter {
  readonly #ages: AgeTicker;
  /** Lines of the last frame, by row, and the columns that they were drawn with. */
  #cache: { columns: unknown; lines: Map<string, CachedLine> } = { columns: undefined, lines: new Map() };

  /** What was on the screen when it was looked at last. */
  #looked: Looked | undefined;

  /** @param onAge hears when an age on the screen reads differently */
  constructor(timing: Timing, onAge: () => void) {
    this.#ages = new AgeTicker(timing, onAge);
  }

  /**
   * Whether the table looks different from when this was asked last, or has not been drawn for a while. In a large
   * table most changes are of rows that nobody sees; drawing for each of them would hold up keys.
   */
  isStale(store: TableStore, cursor: TableCursor): boolean {
    const [snapshot, window] = [store.getSnapshot(), store.window(cursor.offset, cursor.height)];
    const { key, tombstone } = cursor;
    const [before, at] = [this.#looked, store.shownAt()];
    const same =
      before !== undefined &&
      at - before.at < longestMs &&
      tombstone === undefined &&
      before.key === key &&
      visibleParts.every((part) => before.snapshot[part] === snapshot[part]) &&
      sameRows(before, window);
    if (!same) this.#looked = { snapshot, window, cells: window.rows.map((row) => row.cells), key, at };
    return !same;
  }

  lines(table: PaintedTable, width: number, theme: Theme): string[] {
    const { store, columns: all, cursor, marks, column, now } = table;
    const { sort } = store.getSnapshot();
    const { tombstone: stone, offset, height, key } = cursor;
    const window = store.window(offset, height);
    const columns = all.fit(window.rows, width, { sort: sort.column, cursor: column }, now);
    const previous = this.#cache.columns === columns ? this.#cache.lines : new Map<string, CachedLine>();
    const next = new Map<string, CachedLine>();
    const lines = window.rows.map((row) => {
      const look = {
        selected: row.key === key,
        marked: marks.has(row),
        health: rowHealth(row, all.health),
        statusCell: all.health.status,
        meanings: all.meanings,
        mark: window.marks.get(row.key),
      };
      const times = timesOf(row, columns, now);
      const signature = `${theme.name} ${width} ${row.resourceVersion} ${look.selected} ${look.marked} ${look.mark?.expires} ${times}`;
      const cached = previous.get(row.key);
      const same = cached?.signature === signature && cached.cells === row.cells;
      const line = same ? cached.line : rowLine(row, columns, look, width, now, theme);
      next.set(row.key, { signature, cells: row.cells, line });
      return line;
    });
    this.#cache = { columns, lines: next };
    if (stone && stone.index >= window.offset && stone.index < window.offset + height) {
      const words = stone.how === 'deleted' ? say('deleted') : say('no longer in this view');
      lines.splice(stone.index - window.offset, 0, tombstoneLine(stone.row, { columns, words, width, now, theme }));
    }
    this.#watchAges(window.rows, columns, table.stale);
    return [headerLine(columns, { sort, cursor: column }, width, theme), ...lines.slice(0, height)];
  }

  #watchAges(rows: readonly CompactRow[], columns: readonly DrawnColumn[], stale: boolean): void {
    if (stale) {
      this.#ages.wakeSoon();
      return;
    }
    const moments = rows.flatMap((row) => [
      Date.parse(row.creationTimestamp ?? ''),
      ...columns.flatMap((column) => {
        const ms = column.span ? printedSpan(String(row.cells[column.cell] ?? '')) : undefined;
        return ms === undefined ? [] : [row.receivedAt - ms];
      }),
    ]);
    this.#ages.watch(moments, (now) => rows.map((row) => timesOf(row, columns, now)).join());
  }

  stop(): void {
    this.#ages.stop();
  }
}
