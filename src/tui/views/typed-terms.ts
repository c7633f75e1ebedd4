import type { TableColumn } from '../../api/meta.ts';
import { type CompactRow, numericValue, spanValue } from '../../store/compact-row.ts';
import type { RowFilter } from '../../store/table-store.ts';
import { rememberedTest, searchExpression } from './row-words.ts';

type Operator = '=' | '!=' | '~' | '!~' | '>' | '>=' | '<' | '<=';

const termForm = /^([\p{L}%][\p{L}\d%_/.-]*?)(!=|!~|>=|<=|=|~|>|<)(.+)$/u;

/** What a typed term needs to know of the table; asked for with every use, for columns come with the rows. */
export interface TermTable {
  columns(): readonly TableColumn[];
  now(): number;
}

/** A column's name as it is typed: `Last Seen` is `last-seen`, `lastseen` and `last_seen`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}

/** The text of a row in a column that every table has. */
const everyColumn: Readonly<Record<string, (row: CompactRow) => string>> = {
  name: (row) => row.name,
  namespace: (row) => row.namespace,
  ns: (row) => row.namespace,
};

/**
 * `status=Running`, `restarts>=5`, `cpu>500m`, `age<2h`, `node!~worker-[12]`: a column, an operator and a value.
 * `=` compares text whole, without regard to case; `~` takes an expression; the others compare numbers,
 * quantities and spans of time. Undefined where the word has another form or no such column is known:
 * it is then an expression like any other word.
 */
export function typedTerm(word: string, table: TermTable): RowFilter | undefined {
  const match = termForm.exec(word);
  if (!match) return undefined;
  const [, name, operator, value] = match as unknown as [string, string, Operator, string];
  const key = plain(name);
  const known = key === 'age' || key in everyColumn || table.columns().some((column) => plain(column.name) === key);
  if (!known) return undefined;
  const test = rememberedTest(tests[operator](value));
  if (key === 'age') {
    const wanted = spanValue(value);
    if (wanted === undefined) return () => false;
    const compare = orders[operator as keyof typeof orders];
    if (!compare) return () => false;
    return (row) => {
      const age = (table.now() - Date.parse(row.creationTimestamp ?? '')) / 1000;
      return !Number.isNaN(age) && compare(age, wanted);
    };
  }
  let columns: readonly TableColumn[] | undefined;
  let index = -1;
  return (row) => {
    if (columns !== table.columns()) {
      columns = table.columns();
      index = columns.findIndex((column) => plain(column.name) === key);
    }
    const cell = index >= 0 ? row.cells[index] : everyColumn[key]?.(row);
    return test(cell === null || cell === undefined ? '' : String(cell));
  };
}

const orders = {
  '=': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
} as const;

/** Spans before numbers: `5m` is five minutes where the cell is a span too, else five thousandths. */
function compared(compare: (a: number, b: number) => boolean): (value: string) => (cell: string) => boolean {
  return (value) => {
    const span = spanValue(value);
    const number = numericValue(value);
    return (cell) => {
      const cellNumber = numericValue(cell);
      if (number !== undefined && cellNumber !== undefined) return compare(cellNumber, number);
      const cellSpan = spanValue(cell);
      return span !== undefined && cellSpan !== undefined && compare(cellSpan, span);
    };
  };
}

const tests: Readonly<Record<Operator, (value: string) => (cell: string) => boolean>> = {
  '=': (value) => {
    const wanted = value.toLowerCase();
    return (cell) => cell.toLowerCase() === wanted;
  },
  '!=': (value) => {
    const wanted = value.toLowerCase();
    return (cell) => cell.toLowerCase() !== wanted;
  },
  '~': (value) => {
    const wanted = searchExpression(value);
    return (cell) => wanted.test(cell);
  },
  '!~': (value) => {
    const wanted = searchExpression(value);
    return (cell) => !wanted.test(cell);
  },
  '>': compared(orders['>']),
  '>=': compared(orders['>=']),
  '<': compared(orders['<']),
  '<=': compared(orders['<=']),
};
