import { EventEmitter } from 'node:events';
import headless from '@xterm/headless';
import type { TerminalWritable } from '../../src/lib/io.ts';
import type { UserFiles } from '../../src/settings/read-user-files.ts';
import type { ColorDepth } from '../../src/theme/color.ts';
import { loadTheme } from '../../src/theme/load-theme.ts';
import { Dashboard } from '../../src/tui/dashboard.ts';
import { openScreen } from '../../src/tui/screen.ts';
import { KeyParser } from '../../src/tui/term/key-parser.ts';
import type { FakeCluster } from './fake-services.ts';

/** What terminals send for the keys that tests press. */
const keySequences: Readonly<Record<string, string>> = {
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
  enter: '\r',
  tab: '\t',
  'shift-tab': '\u001b[Z',
  esc: '\u001b',
  space: ' ',
  backspace: '\u007f',
  'shift-right': '\u001b[1;2C',
  'shift-left': '\u001b[1;2D',
};

function sequenceOf(key: string): string {
  const known = keySequences[key];
  if (known) return known;
  if (/^ctrl-[a-z\\]$/.test(key)) return String.fromCharCode(key.charCodeAt(5) & 31);
  if (key.startsWith('alt-')) return `\u001b${key.slice(4)}`;
  return key.startsWith('shift-') ? key.slice(6).toUpperCase() : key;
}

/** A terminal without a window: keeps what Ink writes and says what stands on it. */
class TestStdout extends EventEmitter {
  readonly isTTY = true;
  readonly writable = true;
  columns: number;
  rows: number;
  bytes = 0;
  writes = 0;
  readonly terminal: headless.Terminal;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  }

  write(text: string, done?: (() => void) | string): boolean {
    this.bytes += text.length;
    this.writes++;
    this.terminal.write(text.replaceAll(/(?<!\r)\n/g, '\r\n'));
    if (typeof done === 'function') setImmediate(done);
    return true;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.terminal.resize(columns, rows);
    this.emit('resize');
  }
}

export interface TestScreen {
  dashboard: Dashboard;
  stdout: TestStdout;
  press(...keys: string[]): Promise<void>;
  type(text: string): Promise<void>;
  /** Lets stores flush and the screen be drawn. */
  settle(): Promise<void>;
  /** Waits until the screen holds `text`; fails with the screen where it never does. */
  waitFor(text: string | RegExp): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  lines(): string[];
  text(): string;
  /** True where the cell has a foreground colour of its own. */
  hasColour(): boolean;
  cursor(): { x: number; y: number };
  quitCount(): number;
  close(): void;
}

/** The whole dashboard on a screen of `cols` × `rows`, with a cluster in memory. */
export async function renderTest(options: {
  cols: number;
  rows: number;
  cluster: Pick<FakeCluster, 'services'> & { timing?: FakeCluster['timing'] };
  depth?: ColorDepth;
  kind?: string;
  /** Frames that are drawn in a second at most; the last one is always drawn. */
  frames?: number;
  /** What the user has set; asked again by `dashboard.reloadFiles`. */
  userFiles?: () => UserFiles;
}): Promise<TestScreen> {
  const { cols, rows, cluster, depth = '256' } = options;
  const stdout = new TestStdout(cols, rows);
  let quits = 0;
  const dashboard = new Dashboard({
    services: cluster.services,
    theme: loadTheme({ env: {}, depth }),
    columns: cols,
    rows,
    themeNames: ['default-dark', 'monochrome'],
    loadTheme: (name) => loadTheme({ name, env: {}, depth }),
    onQuit: () => quits++,
    ...(options.userFiles && { readFiles: options.userFiles }),
  });
  const screen = openScreen(dashboard, stdout as unknown as TerminalWritable, options.frames ?? 1000);
  const parser = new KeyParser();
  const lines = () => {
    const buffer = stdout.terminal.buffer.active;
    return Array.from({ length: stdout.rows }, (_, y) => buffer.getLine(y)?.translateToString(true) ?? '');
  };
  const settle = async () => {
    for (let round = 0; round < 3; round++) {
      cluster.timing?.advance(100);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await screen.instance.waitUntilRenderFlush();
    await new Promise<void>((resolve) => stdout.terminal.write('', resolve));
  };
  const send = async (bytes: string) => {
    for (const event of parser.push(Buffer.from(bytes))) dashboard.handle(event);
    for (const event of parser.flush()) dashboard.handle(event);
    await settle();
  };
  dashboard.start(options.kind);
  await settle();
  return {
    dashboard,
    stdout,
    settle,
    lines,
    async press(...keys) {
      for (const key of keys) await send(sequenceOf(key));
    },
    type: send,
    async waitFor(text) {
      // Registries and disks take their time on a busy machine, however often the screen is looked at.
      const patient = performance.now() + 20_000;
      for (let round = 0; round < 100 || performance.now() < patient; round++) {
        const now = lines().join('\n');
        if (typeof text === 'string' ? now.includes(text) : text.test(now)) return;
        await settle();
      }
      throw new Error(`the screen never showed ${text}:\n${lines().join('\n')}`);
    },
    async resize(columns, newRows) {
      stdout.resize(columns, newRows);
      await settle();
    },
    text: () => lines().join('\n'),
    hasColour() {
      const buffer = stdout.terminal.buffer.active;
      for (let y = 0; y < stdout.rows; y++) {
        const line = buffer.getLine(y);
        for (let x = 0; x < stdout.columns; x++) {
          const cell = line?.getCell(x);
          if (cell && (!cell.isFgDefault() || !cell.isBgDefault())) return true;
        }
      }
      return false;
    },
    cursor: () => ({ x: stdout.terminal.buffer.active.cursorX, y: stdout.terminal.buffer.active.cursorY }),
    quitCount: () => quits,
    close() {
      dashboard.close();
      screen.close();
      stdout.terminal.dispose();
    },
  };
}
