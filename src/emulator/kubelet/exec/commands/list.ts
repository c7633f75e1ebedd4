import { textWidth } from '../../../../lib/text-width.ts';
import { isSystemError } from '../fs/errors.ts';
import { type Node, sizeOf } from '../fs/nodes.ts';
import type { Process, Program } from '../process/process.ts';
import { groupName, listTime, modeText, userName } from './names.ts';
import { human, type Parsed, parseOptions } from './options.ts';

interface Entry {
  name: string;
  path: string;
  node: Node;
}

const TERMINAL_COLUMNS = 80;

export const ls: Program = async (process, args) => {
  const options = parseOptions(args, '1aAlhRdtrSFinogpCLkscH', {
    all: 'a',
    'almost-all': 'A',
    recursive: 'R',
    'human-readable': 'h',
    color: 'c',
    reverse: 'r',
    directory: 'd',
    'full-time': 'l',
  });
  const names = options.operands.length > 0 ? options.operands : ['.'];
  const { files } = process;
  let status = 0;
  const singles: Entry[] = [];
  const folders: string[] = [];
  for (const name of names) {
    try {
      const isLong = options.has('l') || options.has('n');
      const node =
        isLong && !name.endsWith('/') && !options.has('L')
          ? files.lstat(name)
          : (files.find(name) ?? files.lstat(name));
      if (node.type === 'directory' && !options.has('d')) folders.push(name);
      else singles.push({ name, path: name, node });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      status = process.host.flavour === 'gnu' ? 2 : 1;
      await process.fail(
        process.host.flavour === 'gnu' ? `cannot access '${name}': ${error.message}` : `${name}: ${error.message}`,
      );
    }
  }
  if (singles.length > 0) await show(process, ordered(singles, options), options, false);
  for (const [index, folder] of folders.entries()) {
    const isNamed = names.length > 1 || options.has('R');
    if (isNamed) await process.print(`${index > 0 || singles.length > 0 ? '\n' : ''}${folder}:\n`);
    status = Math.max(status, await showFolder(process, folder, options));
  }
  return status;
};

async function showFolder(process: Process, folder: string, options: Parsed): Promise<number> {
  const { files } = process;
  let status = 0;
  let entries: Entry[];
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  try {
    entries = files.readDirectory(folder).map(([name, node]) => ({ name, path: prefix + name, node }));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return process.fail(
      process.host.flavour === 'gnu'
        ? `cannot open directory '${folder}': ${error.message}`
        : `can't open '${folder}': ${error.message}`,
      2,
    );
  }
  if (options.has('a')) {
    entries.unshift(
      { name: '.', path: folder, node: files.stat(folder) },
      { name: '..', path: `${prefix}..`, node: files.stat(`${prefix}..`) },
    );
  } else if (!options.has('A')) entries = entries.filter(({ name }) => !name.startsWith('.'));
  await show(process, ordered(entries, options), options, true);
  if (!options.has('R')) return status;
  for (const { name, path, node } of entries) {
    if (node.type !== 'directory' || name === '.' || name === '..') continue;
    await process.print(`\n${path}:\n`);
    status = Math.max(status, await showFolder(process, path, options));
  }
  return status;
}

function ordered(entries: Entry[], options: Parsed): Entry[] {
  const by = options.has('t')
    ? (a: Entry, b: Entry) => b.node.mtime - a.node.mtime
    : options.has('S')
      ? (a: Entry, b: Entry) => sizeOf(b.node) - sizeOf(a.node)
      : undefined;
  if (by) entries.sort(by);
  return options.has('r') ? entries.reverse() : entries;
}

async function show(process: Process, entries: readonly Entry[], options: Parsed, isFolder: boolean): Promise<void> {
  const isLong = options.has('l') || options.has('n') || options.has('o') || options.has('g');
  const shownSize = (bytes: number) => (options.has('h') ? human(bytes) : String(bytes));
  const mark = ({ node }: Entry) => {
    if (node.type === 'directory') return options.has('F') || options.has('p') ? '/' : '';
    if (!options.has('F')) return '';
    return node.type === 'link' ? '@' : node.mode & 0o111 && node.type === 'file' ? '*' : '';
  };
  if (!isLong) {
    const inode = (entry: Entry) => (options.has('i') ? `${String(entry.node.ino).padStart(7)} ` : '');
    const names = entries.map((entry) => inode(entry) + entry.name + mark(entry));
    const inColumns = !options.has('1') && (options.has('C') || process.handle(1).isTty);
    await process.print(inColumns ? columns(names) : names.map((name) => `${name}\n`).join(''));
    return;
  }
  const { files } = process;
  const now = files.now();
  const rows = entries.map((entry) => {
    const { node, path } = entry;
    const target = node.type === 'link' ? ` -> ${node.target}` : '';
    const isNumeric = options.has('n');
    return [
      options.has('i') ? String(node.ino) : undefined,
      modeText(node),
      String(node.type === 'file' ? node.links : node.type === 'directory' ? 2 : 1),
      options.has('g') ? undefined : ((isNumeric ? undefined : userName(files, node.uid)) ?? String(node.uid)),
      options.has('o') ? undefined : ((isNumeric ? undefined : groupName(files, node.gid)) ?? String(node.gid)),
      node.type === 'device' ? '1,   3' : shownSize(sizeOf(node)),
      listTime(node.mtime, now),
      entry.name + mark({ ...entry, path }) + target,
    ].filter((cell) => cell !== undefined);
  });
  if (isFolder) {
    const total = entries.reduce(
      (sum, { node }) => sum + (node.type === 'link' ? 0 : Math.ceil(sizeOf(node) / 4096) * 4),
      0,
    );
    await process.print(`total ${options.has('h') ? human(total * 1024) : total}\n`);
  }
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)),
    [],
  );
  // Numbers to the right, names to the left; the last column is as long as it is.
  const isRight = (cell: string) => /^[\d.,\s]+[KMGT]?$/.test(cell);
  await process.print(
    rows
      .map(
        (row) =>
          `${row.map((cell, index) => (index === row.length - 1 ? cell : isRight(cell) ? cell.padStart(widths[index]!) : cell.padEnd(widths[index]!))).join(' ')}\n`,
      )
      .join(''),
  );
}

/** Down, then across, as wide as a terminal is. */
function columns(names: readonly string[]): string {
  if (names.length === 0) return '';
  const widths = names.map((name) => textWidth(name));
  for (let rows = 1; ; rows++) {
    const count = Math.ceil(names.length / rows);
    const each = Array.from(
      { length: count },
      (_, column) => Math.max(...widths.slice(column * rows, (column + 1) * rows)) + 2,
    );
    if (rows < names.length && each.reduce((sum, one) => sum + one, -2) > TERMINAL_COLUMNS) continue;
    const line = (row: number) =>
      each
        .map((width, column) => {
          const index = column * rows + row;
          if (index >= names.length) return '';
          const isLast = column === count - 1 || index + rows >= names.length;
          return isLast ? names[index]! : names[index]! + ' '.repeat(width - widths[index]!);
        })
        .join('');
    return `${Array.from({ length: rows }, (_, row) => line(row)).join('\n')}\n`;
  }
}
