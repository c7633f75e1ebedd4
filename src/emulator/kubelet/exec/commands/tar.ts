import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { isSystemError } from '../fs/errors.ts';
import { openFile } from '../process/open-file.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { matches } from '../shell/pattern.ts';
import { makeParents } from './files.ts';
import { groupName, modeText, userName } from './names.ts';
import { type Parsed, parseOptions, UsageFailure } from './options.ts';

const LONG = {
  create: 'c',
  extract: 'x',
  list: 't',
  file: 'f',
  directory: 'C',
  verbose: 'v',
  gzip: 'z',
  'no-same-permissions': 'N',
  'same-permissions': 'p',
  'preserve-permissions': 'p',
  'no-same-owner': 'o',
  'strip-components': 'S',
  exclude: 'X',
  'keep-old-files': 'k',
  'absolute-names': 'P',
  touch: 'm',
  dereference: 'h',
  'files-from': 'T',
}; // prettier-ignore

const LAST_WORDS = {
  gnu: 'Exiting with failure status due to previous errors',
  busybox: 'error exit delayed from previous errors',
} as const;

/** tar(1) as `kubectl cp` needs it, and people who copy by hand. */
export const tar: Program = async (process, args) => {
  // `tar xzf -`: the first word may lack its dash.
  const words = args[0] !== undefined && /^[cxtfvzCpOkmohP]+$/.test(args[0]) ? bundled(args) : [...args];
  const options = parseOptions(words, 'cxtf:C:vzNpoS:X:kPmhOT:', LONG);
  const modes = ['c', 'x', 't'].filter((flag) => options.has(flag));
  if (modes.length !== 1)
    throw new UsageFailure(
      modes.length === 0
        ? "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"
        : "You may not specify more than one '-Acdtrux' option",
      2,
    );
  const outer = process.files.cwd;
  const folder = options.value('C');
  const archive = options.value('f') ?? '-';
  if (modes[0] === 'c') return create(process, options, archive, folder);
  const handle = archive === '-' ? process.handle(0).share() : openFile(process, archive, 'read');
  try {
    if (folder !== undefined) {
      if (process.files.stat(folder).type !== 'directory')
        return process.fail(`${folder}: Cannot open: Not a directory`, 2);
      process.files.cwd = process.files.real(folder);
    }
    return await read(process, options, handle, modes[0] === 't');
  } finally {
    process.files.cwd = outer;
    handle.release();
  }
};

/** `xzf a b` → `-x -z -f a b`: values come in the order of their letters. */
function bundled([first = '', ...rest]: readonly string[]): string[] {
  const left = [...rest];
  const out = [...first].flatMap((letter) =>
    'fC'.includes(letter) ? [`-${letter}`, left.shift() ?? ''] : [`-${letter}`],
  );
  return [...out, ...left];
}

async function* chunksOf(
  process: Process,
  handle: { read(signal: AbortSignal): Promise<Uint8Array | undefined> },
): AsyncGenerator<Uint8Array> {
  for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal)) yield chunk;
}

async function create(process: Process, options: Parsed, archive: string, folder: string | undefined): Promise<number> {
  const names = [...options.operands];
  for (const list of options.values('T'))
    names.push(...Buffer.from(process.files.readFile(list)).toString().split('\n').filter(Boolean));
  if (names.length === 0) return process.fail('Cowardly refusing to create an empty archive', 2);
  const output = archive === '-' ? process.handle(1).share() : openFile(process, archive, 'write');
  const target = archive === '-' ? undefined : process.files.find(archive);
  const isVerbose = options.has('v');
  const outer = process.files.cwd;
  if (folder !== undefined) process.files.cwd = process.files.real(folder);
  const packed = pack();
  const packing = options.has('z')
    ? Readable.from(packed as unknown as AsyncIterable<Uint8Array>).pipe(createGzip())
    : packed;
  let status = 0;
  const failed = new Set<string>();
  const add = async (path: string): Promise<void> => {
    await breathe();
    process.signal.throwIfAborted();
    if (options.values('X').some((pattern) => matches(pattern, path) || matches(`*/${pattern}`, path))) return;
    const { files } = process;
    const node = options.has('h') ? files.stat(path) : files.lstat(path);
    if (node === target) return;
    const name = options.has('P') ? path : path.replace(/^(?:\.\.\/|\/)+/, '');
    const header = {
      name: node.type === 'directory' ? `${name.replace(/\/+$/, '') || '.'}/` : name,
      mode: node.mode,
      mtime: new Date(node.mtime),
      uid: node.uid,
      gid: node.gid,
      uname: userName(files, node.uid) ?? '',
      gname: groupName(files, node.gid) ?? '',
    };
    if (isVerbose) await (archive === '-' ? process.warn(`${header.name}\n`) : process.print(`${header.name}\n`));
    if (node.type === 'link') await entry({ ...header, type: 'symlink', linkname: node.target });
    else if (node.type === 'directory') {
      await entry({ ...header, type: 'directory' });
      for (const [child] of files.readDirectory(path)) await add(`${path.replace(/\/+$/, '')}/${child}`);
    } else if (node.type === 'file') await entry(header, Buffer.from(files.readFile(path)));
  };
  let entries = 0;
  const entry = (header: Parameters<typeof packed.entry>[0], content?: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      entries++;
      const done = (error?: Error | null) => (error ? reject(error) : resolve());
      if (content) packed.entry({ ...header, size: content.length }, content, done);
      else packed.entry(header, done);
    });
  const producing = (async () => {
    for (const name of names) {
      try {
        if (name.startsWith('/') && !options.has('P') && !failed.has('/')) {
          failed.add('/');
          await process.fail(
            process.host.flavour === 'gnu'
              ? "Removing leading `/' from member names"
              : "removing leading '/' from member names",
          );
        }
        await add(name);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        status = process.host.flavour === 'gnu' ? 2 : 1;
        await process.fail(
          process.host.flavour === 'gnu'
            ? `${error.path || name}: Cannot stat: ${error.message}`
            : `${error.path || name}: ${error.message}`,
        );
      }
    }
    // Before the end of the archive: who reads that may not wait for more.
    if (status !== 0) await process.fail(LAST_WORDS[process.host.flavour]);
    packed.finalize();
  })();
  producing.catch((error: unknown) => packed.destroy(error as Error));
  try {
    for await (const chunk of packing as unknown as AsyncIterable<Uint8Array>) {
      // An archive of nothing would tell `kubectl cp` that all is well before the exit status tells otherwise.
      if (status === 0 || entries > 0) await output.write(chunk, process.signal);
    }
    await producing;
  } finally {
    process.files.cwd = outer;
    output.release();
  }
  return status;
}

async function read(
  process: Process,
  options: Parsed,
  handle: { read(signal: AbortSignal): Promise<Uint8Array | undefined> },
  isList: boolean,
): Promise<number> {
  const source = chunksOf(process, handle);
  const first = await source.next();
  if (first.done)
    return process.fail(process.host.flavour === 'gnu' ? 'This does not look like a tar archive' : 'short read', 2);
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  async function* all() {
    yield first.value as Uint8Array;
    yield* source;
  }
  const input = Readable.from(all());
  const reader = extract();
  const bytes = isGzip ? input.pipe(createGunzip()) : input;
  bytes.on('error', (error: Error) => reader.destroy(error));
  input.on('error', (error: Error) => reader.destroy(error));
  // Its own streams are not Node's; what they share is enough here.
  bytes.pipe(reader as unknown as NodeJS.WritableStream);
  const strip = Number(options.value('S') ?? 0);
  const wanted = options.operands;
  const folders: [path: string, header: Header][] = [];
  let status = 0;
  try {
    for await (const item of reader) {
      const { header } = item;
      const chunks: Uint8Array[] = [];
      for await (const chunk of item) chunks.push(chunk as Uint8Array);
      const name = header.name.replace(/\/+$/, '');
      const isWanted =
        wanted.length === 0 ||
        wanted.some((one) => name === one.replace(/\/+$/, '') || name.startsWith(`${one.replace(/\/+$/, '')}/`));
      if (!isWanted || options.values('X').some((pattern) => matches(pattern, name))) continue;
      await breathe();
      if (isList) await list(process, header, options.has('v'));
      else {
        const path = name.split('/').slice(strip).join('/');
        if (!path) continue;
        if (options.has('v')) await (options.has('O') ? process.warn : process.print).call(process, `${header.name}\n`);
        if (options.has('O')) await process.print(Buffer.concat(chunks));
        else status = Math.max(status, await unpack(process, options, path, header, Buffer.concat(chunks), folders));
      }
    }
    // A folder's time changes with what is put into it, and one that is read-only takes nothing more.
    for (const [path, header] of folders.reverse()) settle(process, options, path, header);
  } catch (error) {
    if (isSystemError(error) || process.signal.aborted) throw process.signal.aborted ? process.signal.reason : error;
    return process.fail(
      process.host.flavour === 'gnu'
        ? `Unexpected EOF in archive: ${(error as Error).message}`
        : `invalid tar magic: ${(error as Error).message}`,
      2,
    );
  }
  return status;
}

async function list(process: Process, header: Header, isVerbose: boolean): Promise<void> {
  if (!isVerbose) return process.print(`${header.name}\n`);
  const type = header.type === 'directory' ? 'directory' : header.type === 'symlink' ? 'link' : 'file';
  const shown = modeText({ type, mode: header.mode } as Parameters<typeof modeText>[0]);
  const target = header.type === 'symlink' ? ` -> ${header.linkname}` : '';
  const who = `${header.uname || header.uid}/${header.gname || header.gid}`;
  return process.print(
    `${shown} ${who} ${String(header.size).padStart(Math.max(18 - who.length, 1))} ${new Date(header.mtime).toISOString().slice(0, 16).replace('T', ' ')} ${header.name}${target}\n`,
  );
}

async function unpack(
  process: Process,
  options: Parsed,
  path: string,
  header: Header,
  content: Buffer,
  folders: [string, Header][],
): Promise<number> {
  const { files } = process;
  const safe = path.replace(/^\/+/, '');
  if (safe.split('/').includes('..')) return process.fail(`${path}: Member name contains '..'`, 2);
  try {
    const parent = safe.includes('/') ? safe.slice(0, safe.lastIndexOf('/')) : '.';
    if (parent !== '.') makeParents(files, parent);
    if (header.type === 'directory') {
      if (files.find(safe)?.type !== 'directory') files.makeDirectory(safe);
      folders.push([safe, header]);
      return 0;
    }
    const there = lookAt(process, safe);
    if (there && options.has('k')) return process.fail(`${safe}: Cannot open: File exists`, 2);
    if (there && (there !== 'file' || header.type !== 'file')) files.remove(safe, 'yes');
    if (header.type === 'symlink') {
      files.makeLink(header.linkname, safe);
      return 0;
    }
    if (header.type === 'link') {
      files.makeHardLink(header.linkname.replace(/^\/+/, ''), safe);
      return 0;
    }
    files.writeFile(safe, content);
    settle(process, options, safe, header);
    return 0;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return process.fail(
      process.host.flavour === 'gnu'
        ? `${safe}: Cannot open: ${error.message}`
        : `can't open '${safe}': ${error.message}`,
      process.host.flavour === 'gnu' ? 2 : 1,
    );
  }
}

function lookAt({ files }: Process, path: string): string | undefined {
  try {
    return files.lstat(path).type;
  } catch {
    return undefined;
  }
}

function settle({ files }: Process, options: Parsed, path: string, header: Header): void {
  if (!files.find(path)) return;
  const isRoot = files.who.uid === 0;
  const mode = options.has('N') && !isRoot ? header.mode & ~files.umask : header.mode;
  const owner = isRoot && !options.has('o') ? { uid: header.uid, gid: header.gid } : {};
  files.change(path, {
    mode: mode & 0o7777,
    ...(options.has('m') ? {} : { mtime: new Date(header.mtime).getTime() }),
    ...owner,
  });
}
