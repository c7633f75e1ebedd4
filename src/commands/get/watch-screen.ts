import type { TableColumn, TableRow } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { CommandContext } from '../command.ts';
import { follow } from './follow.ts';
import { compareNaturally } from './natural-order.ts';
import type { GetOptions } from './options.ts';
import { requireNamed } from './require-named.ts';
import { tableOptions } from './table-page.ts';
import type { GetTarget } from './targets.ts';
import { renderFrame, type ScreenRow } from './watch-frame.ts';

/** Changes that come together are drawn together, at most this often (ms). */
const frameInterval = 80;

/** Ages are text; they are brought up to date this often (ms). */
const ageInterval = 1_000;

/** How long a deleted row stays visible (ms). */
const deletedFor = 5_000;

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** `get -w` on a terminal: one table that is redrawn in place until the signal comes. */
export async function watchScreen(
  source: Source<TableRow>,
  target: GetTarget,
  options: GetOptions,
  { io, signal, now: serverNow }: CommandContext & { now: () => number },
): Promise<void> {
  const rows = new Map<string, ScreenRow>();
  const layout = tableOptions(target, options, false);
  let columns: readonly TableColumn[] = [];
  let notice: string | undefined;
  const out = rawTerminal(io.stdout);
  let frame = '';
  let frameHeight = 0;
  let pending: NodeJS.Timeout | undefined;

  const draw = () => {
    clearTimeout(pending);
    pending = undefined;
    const now = Date.now();
    for (const [key, row] of rows)
      if (row.deletedAt !== undefined && now - row.deletedAt > deletedFor) rows.delete(key);
    const size = { columns: io.stdout.columns ?? 80, rows: io.stdout.rows ?? 24 };
    const sorted = [...rows.values()].sort(byNamespaceAndName);
    const lines = renderFrame(columns, sorted, { layout, size, now: serverNow(), notice });
    const text = lines.map((line) => `${line}\u001b[K\n`).join('');
    if (text === frame) return;
    const home = frameHeight > 0 ? `\r\u001b[${frameHeight}A` : '';
    out.write(`${home}${text}\u001b[J`);
    frame = text;
    frameHeight = lines.length;
  };
  const redrawSoon = () => {
    pending ??= setTimeout(draw, frameInterval);
  };
  const redrawAll = () => {
    frame = '';
    draw();
  };

  const ticker = setInterval(draw, ageInterval);
  out.on('resize', redrawAll);
  out.write(hideCursor);
  try {
    await follow<TableRow>(
      source,
      (row) => row.object,
      {
        initial(items, definitions) {
          requireNamed(target, items.length, options);
          columns = definitions;
          if (!options.watchOnly) for (const row of items) rows.set(keyOf(row), { row });
          draw();
        },
        change(type, row, definitions) {
          if (definitions.length > 0) columns = definitions;
          rows.set(keyOf(row), { row, ...(type === 'DELETED' && { deletedAt: Date.now() }) });
          redrawSoon();
        },
        state({ phase, error }) {
          notice = phase === 'stale' ? `reconnecting: ${escapeTerminal(error?.message ?? 'no answer')}` : undefined;
          redrawSoon();
        },
      },
      signal,
    );
    draw();
  } finally {
    clearInterval(ticker);
    clearTimeout(pending);
    out.off('resize', redrawAll);
    out.write(showCursor);
  }
}

function keyOf({ object }: TableRow): string {
  const { uid, namespace, name } = object.metadata;
  return uid ?? `${namespace}/${name}`;
}

function byNamespaceAndName(a: ScreenRow, b: ScreenRow): number {
  const [left, right] = [a.row.object.metadata, b.row.object.metadata];
  return (
    compareNaturally(left.namespace ?? '', right.namespace ?? '') || compareNaturally(left.name ?? '', right.name ?? '')
  );
}
