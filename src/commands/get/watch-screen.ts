import type { TableRow } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { TableOptions } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { singleErrors } from '../shared/errors.ts';
import { outputTheme } from '../shared/output-theme.ts';
import { follow } from './follow.ts';
import type { GetOptions } from './options.ts';
import { requireNamed } from './require-named.ts';
import type { GetTarget } from './targets.ts';
import { type FrameTable, renderFrame } from './watch-frame.ts';
import { listenToKeys, type WatchKey } from './watch-keys.ts';
import { type RowSorter, WatchTable } from './watch-table.ts';

/** Changes that come together are drawn together, at most this often (ms), and for at most this share of the time. */
const frameInterval = 80;
const drawingShare = 0.2;

/** Ages are text; they are brought up to date this often (ms). */
const ageInterval = 1_000;

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearScreen = '\u001b[H\u001b[2J';

/** One table of the screen. */
export interface ScreenTable {
  target: GetTarget;
  source: Source<TableRow>;
  layout: TableOptions;
}

interface ScreenContext extends CommandContext {
  /** Milliseconds by the server's clock. */
  now: () => number;
  /** Where nothing was found, with a space in front: ` in default namespace`. */
  what: string;
}

/**
 * `get -w` on a terminal: tables that are redrawn in place until the signal comes or `q` is pressed.
 * @param failures of places that the tables go on without; they are shown
 */
export async function watchScreen(
  tables: readonly ScreenTable[],
  failures: unknown[],
  options: GetOptions,
  context: ScreenContext,
): Promise<void> {
  const { io } = context;
  const out = rawTerminal(io.stdout);
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const sort = await rowSorter(options);
  const shown = await framesOf(tables, sort, context);
  const troubles = new Map<ScreenTable, string>();
  let pending: NodeJS.Timeout | undefined;
  let frame = '';
  let frameHeight = 0;
  let offset = 0;
  let view = { lastOffset: 0, page: 1 };

  const notices = (): string[] => {
    const lines = [...new Set(troubles.values())].filter(Boolean);
    // At the end they are told below the tables, unless an interrupt ends everything.
    const isOver = signal.aborted && !context.signal.aborted;
    for (const failure of isOver ? [] : singleErrors(failures)) {
      if (failure instanceof Error) lines.push(escapeTerminal(failure.message));
    }
    const isEmpty = shown.every(({ table }) => table.listed && table.rows(Date.now()).length === 0);
    if (isEmpty) lines.push(`No resources found${context.what}; waiting for some`);
    return lines;
  };
  /** How long the last frame took (ms); with thousands of rows it counts. */
  let effort = 0;
  const draw = () => {
    const began = performance.now();
    clearTimeout(pending);
    pending = undefined;
    const size = { columns: io.stdout.columns ?? 80, rows: io.stdout.rows ?? 24 };
    const times = { now: Date.now(), serverNow: context.now() };
    const keyHint = keyboard && !signal.aborted ? ' (↑ ↓ PgUp PgDn, q ends)' : '';
    const { lines, ...next } = renderFrame(shown, { size, ...times, notices: notices(), offset, keys: keyHint });
    view = next;
    effort = performance.now() - began;
    const text = lines.map((line) => `${line}\u001b[K\n`).join('');
    if (text === frame) return;
    const home = frameHeight > 0 ? `\r\u001b[${frameHeight}A` : '';
    out.write(`${home}${text}\u001b[J`);
    frame = text;
    frameHeight = lines.length;
  };
  const redrawSoon = () => {
    pending ??= setTimeout(draw, Math.max(frameInterval, effort / drawingShare));
  };
  /** Of a frame in a window of another size nobody knows how the terminal has wrapped it. */
  const redrawAll = () => {
    out.write(clearScreen);
    frame = '';
    frameHeight = 0;
    draw();
  };
  const scroll = (to: number) => {
    offset = Math.max(0, Math.min(to, view.lastOffset));
    draw();
  };
  const actions: Readonly<Record<WatchKey, () => void>> = {
    up: () => scroll(offset - 1),
    down: () => scroll(offset + 1),
    'page-up': () => scroll(offset - view.page),
    'page-down': () => scroll(offset + view.page),
    top: () => scroll(0),
    bottom: () => scroll(view.lastOffset),
    redraw: redrawAll,
    quit: () => ended.abort(),
    suspend: () => {
      giveBack();
      process.once('SIGCONT', () => {
        take();
        frame = '';
        frameHeight = 0;
        draw();
      });
      process.kill(process.pid, 'SIGTSTP');
    },
  };
  const keyboard = listenToKeys(io, (key) => actions[key]());
  const take = () => {
    keyboard?.hold();
    out.write(hideCursor);
  };
  const giveBack = () => {
    out.write(showCursor);
    keyboard?.release();
  };

  const ticker = setInterval(draw, ageInterval);
  out.on('resize', redrawAll);
  // The last resort when the process ends without coming back here.
  process.once('exit', giveBack);
  take();
  try {
    await Promise.all(
      tables.map((each, at) =>
        followTable(each, shown[at]!.table, options, signal, {
          draw,
          redrawSoon,
          trouble: (text) => troubles.set(each, text),
        }).catch((error: unknown) => {
          // Of several tables the others go on.
          if (tables.length === 1) throw error;
          failures.push(error);
          if (failures.length >= tables.length && shown.every(({ table }) => !table.listed)) ended.abort();
          redrawSoon();
        }),
      ),
    );
    ended.abort();
    draw();
  } finally {
    clearInterval(ticker);
    clearTimeout(pending);
    out.off('resize', redrawAll);
    process.off('exit', giveBack);
    giveBack();
  }
}

async function framesOf(
  tables: readonly ScreenTable[],
  sort: RowSorter | undefined,
  context: CommandContext,
): Promise<(FrameTable & { table: WatchTable })[]> {
  const theme = await outputTheme(context);
  const paints = theme && (await import('../shared/paint-table.ts'));
  return tables.map(({ target, layout }) => ({
    table: new WatchTable(sort, layout.contextOf),
    layout: { ...layout, ...(theme && { paint: paints!.tablePaint(theme, target.resource.kind) }) },
    ...(theme && { changed: (text: string) => theme.paint('row.changed', text) }),
  }));
}

/** `--sort-by`, kept while rows come and go. A field that nothing has is no order. */
async function rowSorter({ sortBy }: GetOptions): Promise<RowSorter | undefined> {
  if (sortBy === '') return undefined;
  const { sortByPath } = await import('./sort.ts');
  sortByPath([], sortBy, (item) => item);
  return (rows) => {
    try {
      return sortByPath(rows, sortBy, ({ object }) => object);
    } catch {
      return rows;
    }
  };
}

function followTable(
  { source, target }: ScreenTable,
  table: WatchTable,
  options: GetOptions,
  signal: AbortSignal,
  { draw, redrawSoon, trouble }: { draw(): void; redrawSoon(): void; trouble(text: string): void },
): Promise<void> {
  return follow<TableRow>(
    source,
    (row) => row.object,
    {
      initial(items, columns) {
        requireNamed(target, items.length, options);
        table.begin(options.watchOnly ? [] : items, columns, Date.now());
        draw();
      },
      change(type, row, columns) {
        table.take(type, row, columns, Date.now());
        redrawSoon();
      },
      state({ phase, error }) {
        trouble(phase === 'stale' ? `reconnecting: ${escapeTerminal(error?.message ?? 'no answer')}` : '');
        redrawSoon();
      },
    },
    signal,
  );
}
