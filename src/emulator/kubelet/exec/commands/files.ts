import { isSystemError, SystemError } from '../fs/errors.ts';
import type { Credentials, Files } from '../fs/files.ts';
import type { Node } from '../fs/nodes.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { accounts } from './names.ts';
import { eachPath, parseOptions, UsageFailure } from './options.ts';

const baseName = (path: string): string =>
  path
    .replace(/(?<=.)\/+$/, '')
    .split('/')
    .at(-1) || '/';
const isFolder = (files: Files, path: string): boolean => files.find(path)?.type === 'directory';

const mkdir: Program = (process, args) => {
  const options = parseOptions(args, 'pvm:', { parents: 'p', mode: 'm', verbose: 'v' });
  if (options.operands.length === 0) throw new UsageFailure('missing operand');
  const mode = options.value('m') ? Number.parseInt(options.value('m')!, 8) : undefined;
  return eachPath(process, options.operands, 'cannot create directory', async (path) => {
    if (options.has('p')) makeParents(process.files, path);
    else process.files.makeDirectory(path);
    if (mode !== undefined) process.files.change(path, { mode });
    if (options.has('v')) await process.print(`${process.name}: created directory '${path}'\n`);
  });
};

/** `mkdir -p` */
export function makeParents(files: Files, path: string): void {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length; count++) {
    const at = parts.slice(0, count).join('/');
    if (at === '' || isFolder(files, at)) continue;
    if (files.find(at)) throw new SystemError(count === parts.length ? 'EEXIST' : 'ENOTDIR', path);
    files.makeDirectory(at);
  }
}

const rmdir: Program = (process, args) => {
  const options = parseOptions(args, 'p', { parents: 'p' });
  return eachPath(process, options.operands, process.host.flavour === 'gnu' ? 'failed to remove' : '', (path) => {
    process.files.remove(path, 'only');
    if (!options.has('p')) return;
    for (let at = path; at.includes('/'); ) {
      at = at.slice(0, at.lastIndexOf('/'));
      if (at) process.files.remove(at, 'only');
    }
  });
};

const rm: Program = async (process, args) => {
  const options = parseOptions(args, 'rRfivd', { recursive: 'r', force: 'f', verbose: 'v', dir: 'd' });
  const isRecursive = options.has('r') || options.has('R');
  if (options.operands.length === 0 && !options.has('f')) throw new UsageFailure('missing operand');
  return eachPath(
    process,
    options.operands,
    process.host.flavour === 'gnu' ? 'cannot remove' : "can't remove",
    async (path) => {
      if (/(^|\/)\.{1,2}\/*$/.test(path)) {
        await process.fail(
          process.host.flavour === 'gnu'
            ? `refusing to remove '.' or '..' directory: skipping '${path}'`
            : `'.' or '..' is not a directory entry`,
        );
        throw new SystemError('EINVAL', path);
      }
      try {
        if (isRecursive) await removeTree(process, path);
        else process.files.remove(path, options.has('d') ? 'yes' : 'no');
        if (options.has('v')) await process.print(`removed '${path}'\n`);
      } catch (error) {
        if (!(options.has('f') && (isSystemError(error, 'ENOENT') || isSystemError(error, 'ENOTDIR')))) throw error;
      }
    },
  );
};

/** Everything that can go goes; the first failure is thrown at the end. */
async function removeTree(process: Process, path: string): Promise<void> {
  const { files } = process;
  let failure: unknown;
  if (files.lstat(path).type === 'directory') {
    for (const [name] of files.readDirectory(path)) {
      await breathe();
      process.signal.throwIfAborted();
      await removeTree(process, `${path.replace(/(?<=.)\/+$/, '')}/${name}`).catch((error: unknown) => {
        if (!isSystemError(error)) throw error;
        failure ??= error;
      });
    }
  }
  if (failure) throw failure;
  files.remove(path, 'yes');
}

/** The operands as pairs of source and destination. */
function pairs(process: Process, operands: readonly string[], target?: string): [from: string, to: string][] {
  const names = target === undefined ? operands.slice(0, -1) : [...operands];
  const last = target ?? operands.at(-1);
  if (last === undefined) throw new UsageFailure('missing file operand');
  if (names.length === 0) throw new UsageFailure(`missing destination file operand after '${last}'`);
  const intoFolder = isFolder(process.files, last);
  if (names.length > 1 && !intoFolder)
    throw new UsageFailure(
      process.host.flavour === 'gnu'
        ? `target '${last}': ${process.files.find(last) ? 'Not a directory' : 'No such file or directory'}`
        : `can't create '${last}': Not a directory`,
    );
  return names.map((name) => [name, intoFolder ? `${last.replace(/(?<=.)\/+$/, '')}/${baseName(name)}` : last]);
}

const cp: Program = async (process, args) => {
  const options = parseOptions(args, 'rRafpvdLPnit:uT', {
    recursive: 'r',
    archive: 'a',
    force: 'f',
    preserve: 'p',
    verbose: 'v',
    'target-directory': 't',
    'no-clobber': 'n',
  });
  const isRecursive = ['r', 'R', 'a'].some((flag) => options.has(flag));
  let status = 0;
  for (const [from, to] of pairs(process, options.operands, options.value('t'))) {
    if (isFolder(process.files, from) && !isRecursive) {
      status = await process.fail(
        process.host.flavour === 'gnu'
          ? `-r not specified; omitting directory '${from}'`
          : `omitting directory '${from}'`,
      );
      continue;
    }
    if (options.has('n') && process.files.find(to)) continue;
    const code = await eachPath(
      process,
      [from],
      process.host.flavour === 'gnu' ? 'cannot stat' : "can't stat",
      async () => {
        await copyTree(process, from, to, {
          keeps: options.has('p') || options.has('a'),
          follows: !(options.has('a') || options.has('d') || options.has('P')),
          isTop: true,
        });
        if (options.has('v')) await process.print(`'${from}' -> '${to}'\n`);
      },
    );
    status = Math.max(status, code);
  }
  return status;
};

async function copyTree(
  process: Process,
  from: string,
  to: string,
  how: { keeps: boolean; follows: boolean; isTop: boolean },
): Promise<void> {
  const { files } = process;
  await breathe();
  process.signal.throwIfAborted();
  const node = how.follows && how.isTop ? files.stat(from) : files.lstat(from);
  if (node.type === 'link') {
    if (files.find(to)) files.remove(to);
    files.makeLink(node.target, to);
    return;
  }
  if (node.type === 'directory') {
    if (`${files.real(from)}/` === '/' || `${realParent(files, to)}/`.startsWith(`${files.real(from)}/`)) {
      await process.fail(`cannot copy a directory, '${from}', into itself, '${to}'`);
      throw new SystemError('EINVAL', from);
    }
    if (!isFolder(files, to)) files.makeDirectory(to);
    for (const [name] of files.readDirectory(from))
      await copyTree(process, `${from}/${name}`, `${to}/${name}`, { ...how, isTop: false });
  } else if (files.find(to) === node) throw new SystemError('EEXIST', to);
  else files.writeFile(to, files.readFile(from), node.mode & 0o777);
  if (how.keeps) keep(files, to, node);
}

function realParent(files: Files, path: string): string {
  const found = files.find(path);
  if (found) return files.real(path);
  const at = path.replace(/\/+$/, '').lastIndexOf('/');
  return `${files.real(at < 0 ? '.' : path.slice(0, at) || '/')}/${baseName(path)}`;
}

function keep(files: Files, path: string, { mode, mtime, uid, gid }: Node): void {
  files.change(path, { mode, mtime, ...(files.who.uid === 0 ? { uid, gid } : {}) });
}

const mv: Program = async (process, args) => {
  const options = parseOptions(args, 'fivnt:T', {
    force: 'f',
    verbose: 'v',
    'no-clobber': 'n',
    'target-directory': 't',
  });
  let status = 0;
  for (const [from, to] of pairs(process, options.operands, options.value('t'))) {
    if (options.has('n') && process.files.find(to)) continue;
    const code = await eachPath(
      process,
      [from],
      process.host.flavour === 'gnu' ? 'cannot stat' : "can't rename",
      async () => {
        try {
          process.files.rename(from, to);
        } catch (error) {
          if (!isSystemError(error, 'EXDEV')) throw error;
          await copyTree(process, from, to, { keeps: true, follows: false, isTop: true });
          await removeTree(process, from);
        }
        if (options.has('v')) await process.print(`renamed '${from}' -> '${to}'\n`);
      },
    );
    status = Math.max(status, code);
  }
  return status;
};

const touch: Program = (process, args) => {
  const options = parseOptions(args, 'cd:t:r:amh', { 'no-create': 'c', date: 'd', reference: 'r' });
  const { files } = process;
  let time = files.now();
  const date = options.value('d');
  if (date !== undefined) {
    time = date.startsWith('@')
      ? Number(date.slice(1)) * 1000
      : Date.parse(
          /\dZ|[+-]\d\d:?\d\d$/.test(date) ? date : `${date.replace(' ', 'T')}${date.includes(':') ? 'Z' : ''}`,
        );
    if (Number.isNaN(time)) throw new UsageFailure(`invalid date '${date}'`);
  }
  const stamp = /^(\d{2}|\d{4})?(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{2}))?$/.exec(options.value('t') ?? '');
  if (stamp) {
    const [, year, month, day, hour, minute, second = '00'] = stamp;
    const full =
      year === undefined ? new Date(files.now()).getUTCFullYear() : Number(year.length === 2 ? `20${year}` : year);
    time = Date.UTC(full, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  }
  const reference = options.value('r');
  if (reference !== undefined) time = files.stat(reference).mtime;
  if (options.operands.length === 0) throw new UsageFailure('missing file operand');
  return eachPath(process, options.operands, process.host.flavour === 'gnu' ? 'cannot touch' : '', (path) => {
    if (!files.find(path)) {
      if (options.has('c')) return;
      files.writeFile(path, '');
    }
    files.change(path, { mtime: time });
  });
};

const ln: Program = (process, args) => {
  const options = parseOptions(args, 'sfnvT', { symbolic: 's', force: 'f', 'no-dereference': 'n' });
  const { files } = process;
  const operands = options.operands.length === 1 ? [options.operands[0]!, '.'] : options.operands;
  const last = operands.at(-1);
  if (last === undefined) throw new UsageFailure('missing file operand');
  const intoFolder =
    isFolder(files, last) && !(options.has('n') && files.lstat(last).type === 'link') && !options.has('T');
  return eachPath(process, operands.slice(0, -1), '', (target) => {
    const path = intoFolder ? `${last}/${baseName(target)}` : last;
    if (options.has('f')) {
      try {
        files.remove(path);
      } catch (error) {
        if (!isSystemError(error, 'ENOENT')) throw error;
      }
    }
    if (options.has('s')) files.makeLink(target, path);
    else files.makeHardLink(target, path);
  });
};

/** The bits after a change such as `755`, `u+x,go-w` or `a=r`. */
function changedMode(node: Node, text: string, umask: number): number {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let { mode } = node;
  for (const clause of text.split(',')) {
    const found = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(clause);
    if (!found) throw new UsageFailure(`invalid mode: '${text}'`);
    const who = found[1] || 'a';
    const shifts = [...(who.includes('a') ? 'ugo' : who)].map((one) => ({ u: 6, g: 3, o: 0 })[one]!);
    for (const [, operator, letters = ''] of found[2]!.matchAll(/([-+=])([rwxXst]*)/g)) {
      let bits = 0;
      for (const shift of shifts) {
        const isRunnable = node.type === 'directory' || (node.mode & 0o111) !== 0;
        const rights =
          (letters.includes('r') ? 4 : 0) |
          (letters.includes('w') ? 2 : 0) |
          (letters.includes('x') || (letters.includes('X') && isRunnable) ? 1 : 0);
        bits |= rights << shift;
        if (letters.includes('s') && shift > 0) bits |= shift === 6 ? 0o4000 : 0o2000;
      }
      if (letters.includes('t')) bits |= 0o1000;
      if (!found[1] && operator !== '=') bits &= ~umask;
      const all = shifts.reduce((sum, shift) => sum | (7 << shift), 0);
      if (operator === '+') mode |= bits;
      else if (operator === '-') mode &= ~bits;
      else mode = (mode & ~all) | bits;
    }
  }
  return mode;
}

function* tree(files: Files, path: string): Generator<string> {
  yield path;
  if (files.lstat(path).type !== 'directory') return;
  for (const [name] of files.readDirectory(path)) yield* tree(files, `${path.replace(/(?<=.)\/+$/, '')}/${name}`);
}

const chmod: Program = (process, args) => {
  const words = [...args];
  const flags = new Set<string>();
  while (/^-[Rvcf]+$/.test(words[0] ?? '') || words[0] === '--recursive') flags.add(words.shift()!);
  const isRecursive = [...flags].some((flag) => flag.includes('R') || flag === '--recursive');
  const [mode, ...paths] = words;
  if (mode === undefined || paths.length === 0) throw new UsageFailure('missing operand');
  const { files } = process;
  return eachPath(process, paths, process.host.flavour === 'gnu' ? 'cannot access' : '', (path) => {
    files.stat(path);
    for (const one of isRecursive ? [...tree(files, path)] : [path]) {
      if (one !== path && files.lstat(one).type === 'link') continue;
      files.change(one, { mode: changedMode(files.stat(one), mode, files.umask) });
    }
  });
};

function owner(files: Files, text: string, isGroupOnly: boolean): Partial<Credentials> {
  const [user, group] = isGroupOnly ? ['', text] : text.split(/[:.]/, 2);
  const number = (name: string, path: '/etc/passwd' | '/etc/group', what: string) => {
    if (/^\d+$/.test(name)) return Number(name);
    const row = accounts(files, path).find(([one]) => one === name);
    if (!row) throw new UsageFailure(`invalid ${what}: '${text}'`);
    return Number(row[2]);
  };
  return {
    ...(user ? { uid: number(user, '/etc/passwd', 'user') } : {}),
    ...(group ? { gid: number(group, '/etc/group', 'group') } : {}),
  };
}

function chowner(isGroupOnly: boolean): Program {
  return (process, args) => {
    const options = parseOptions(args, 'RhvcfH', { recursive: 'R' });
    const [who, ...paths] = options.operands;
    if (who === undefined || paths.length === 0) throw new UsageFailure('missing operand');
    const { files } = process;
    const change = owner(files, who, isGroupOnly);
    return eachPath(process, paths, process.host.flavour === 'gnu' ? 'cannot access' : '', (path) => {
      for (const one of options.has('R') ? [...tree(files, path)] : [path]) {
        files.change(
          one,
          {
            ...(change.uid === undefined ? {} : { uid: change.uid }),
            ...(change.gid === undefined ? {} : { gid: change.gid }),
          },
          !options.has('h') && one === path,
        );
      }
    });
  };
}

const readlink: Program = async (process, args) => {
  const options = parseOptions(args, 'fnem', { canonicalize: 'f' });
  let status = 0;
  for (const path of options.operands) {
    try {
      const shown =
        options.has('f') || options.has('e') || options.has('m')
          ? realParent(process.files, path)
          : process.files.readLink(path);
      await process.print(`${shown}${options.has('n') ? '' : '\n'}`);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      status = 1;
    }
  }
  return status;
};

const realpath: Program = (process, args) =>
  eachPath(process, parseOptions(args, 'msqe').operands, '', async (path) =>
    process.print(`${process.files.real(path)}\n`),
  );

const mktemp: Program = async (process, args) => {
  const options = parseOptions(args, 'dqutp:');
  const template = options.operands[0] ?? 'tmp.XXXXXXXXXX';
  const folder =
    options.value('p') ??
    (options.operands[0] === undefined || options.has('t') ? (process.env.get('TMPDIR') ?? '/tmp') : undefined);
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const name = template.replace(/X{3,}$/, (xs) =>
    [...xs].map(() => letters[Math.floor(process.host.random() * letters.length)]).join(''),
  );
  const path = folder ? `${folder}/${name}` : name;
  if (options.has('d')) process.files.makeDirectory(path, 0o700);
  else process.files.writeFile(path, '', 0o600);
  await process.print(`${path}\n`);
  return 0;
};

const truncate: Program = (process, args) => {
  const options = parseOptions(args, 's:c', { size: 's' });
  const bytes = Number(options.value('s') ?? Number.NaN);
  if (Number.isNaN(bytes)) throw new UsageFailure("you must specify either '--size' or '--reference'");
  return eachPath(process, options.operands, 'cannot open', (path) =>
    process.files.truncate(process.files.openForWriting(path), bytes),
  );
};

export const fileCommands: Readonly<Record<string, Program>> = {
  mkdir,
  rmdir,
  rm,
  unlink: rm,
  cp,
  mv,
  touch,
  ln,
  chmod,
  chown: chowner(false),
  chgrp: chowner(true),
  readlink,
  realpath,
  mktemp,
  truncate,
};
