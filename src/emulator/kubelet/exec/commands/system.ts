import type { Program } from '../process/process.ts';
import { accounts, groupName, modeText, userName } from './names.ts';
import { eachPath, human, parseOptions, UsageFailure } from './options.ts';

import { formatDate, two } from './values.ts';

export const KERNEL = '6.12.0-simulated';

const uname: Program = async (process, args) => {
  const options = parseOptions(args, 'asnrvmpio', {
    all: 'a',
    'kernel-release': 'r',
    machine: 'm',
    'kernel-name': 's',
    nodename: 'n',
  });
  const fields: [string, string][] = [
    ['s', 'Linux'],
    ['n', process.host.hostname],
    ['r', KERNEL],
    ['v', '#1 SMP PREEMPT_DYNAMIC'],
    ['m', 'x86_64'],
    ['o', 'GNU/Linux'],
  ];
  const wanted = fields.filter(([flag]) => options.has('a') || options.has(flag));
  await process.print(`${(wanted.length > 0 ? wanted : fields.slice(0, 1)).map(([, text]) => text).join(' ')}\n`);
  return 0;
};

const id: Program = async (process, args) => {
  const options = parseOptions(args, 'ugGnr');
  const { files } = process;
  let { uid, gid, groups } = files.who;
  const [name] = options.operands;
  if (name !== undefined) {
    const row = accounts(files, '/etc/passwd').find(([one, , number]) => one === name || number === name);
    if (!row)
      throw new UsageFailure(process.host.flavour === 'gnu' ? `'${name}': no such user` : `unknown user ${name}`);
    uid = Number(row[2]);
    gid = Number(row[3]);
    groups = [];
  }
  const all = [...new Set([gid, ...groups])];
  if (process.host.flavour === 'busybox') all.sort((a, b) => a - b);
  const show = (number: number, title: string | undefined) =>
    options.has('n') ? (title ?? String(number)) : String(number);
  if (options.has('u')) await process.print(`${show(uid, userName(files, uid))}\n`);
  else if (options.has('g')) await process.print(`${show(gid, groupName(files, gid))}\n`);
  else if (options.has('G')) await process.print(`${all.map((one) => show(one, groupName(files, one))).join(' ')}\n`);
  else {
    const titled = (number: number, title: string | undefined) => `${number}${title ? `(${title})` : ''}`;
    await process.print(
      `uid=${titled(uid, userName(files, uid))} gid=${titled(gid, groupName(files, gid))} groups=${all.map((one) => titled(one, groupName(files, one))).join(',')}\n`,
    );
  }
  return 0;
};

const whoami: Program = async (process) => {
  const { uid } = process.files.who;
  const name = userName(process.files, uid);
  if (!name)
    return process.fail(process.host.flavour === 'gnu' ? `cannot find name for user ID ${uid}` : `unknown uid ${uid}`);
  await process.print(`${name}\n`);
  return 0;
};

const hostname: Program = async (process, args) => {
  const { files, host } = process;
  const hosts = Buffer.from(files.readFile('/etc/hosts'))
    .toString()
    .split('\n')
    .map((line) => line.split(/\s+/));
  const row = hosts.find((words) => words.includes(host.hostname));
  const shown =
    args[0] === '-i' || args[0] === '-I'
      ? (row?.[0] ?? '127.0.0.1')
      : args[0] === '-f'
        ? (row?.[1] ?? host.hostname)
        : host.hostname;
  await process.print(`${shown}\n`);
  return 0;
};

const du: Program = async (process, args) => {
  const options = parseOptions(args, 'shakcd:mx', { summarize: 's', 'human-readable': 'h', 'max-depth': 'd' });
  const { files } = process;
  const depth = options.has('s') ? 0 : Number(options.value('d') ?? Number.POSITIVE_INFINITY);
  const show = (bytes: number) =>
    options.has('h')
      ? human(bytes)
      : options.has('m')
        ? String(Math.ceil(bytes / 1024 ** 2))
        : String(Math.ceil(bytes / 1024));
  const visit = async (path: string, level: number): Promise<number> => {
    const node = files.lstat(path);
    process.signal.throwIfAborted();
    let bytes = Math.ceil(files.usage(path) / 1024) * 1024;
    if (node.type === 'directory') {
      bytes = 4096;
      for (const [name] of files.readDirectory(path))
        bytes += await visit(`${path === '/' ? '' : path}/${name}`, level + 1);
    }
    if (level <= depth && (node.type === 'directory' || options.has('a') || level === 0))
      await process.print(`${show(bytes)}\t${path}\n`);
    return bytes;
  };
  let total = 0;
  const status = await eachPath(
    process,
    options.operands.length > 0 ? options.operands : ['.'],
    process.host.flavour === 'gnu' ? 'cannot access' : '',
    async (path) => {
      total += await visit(path, 0);
    },
  );
  if (options.has('c')) await process.print(`${show(total)}\ttotal\n`);
  return status;
};

const df: Program = async (process, args) => {
  const options = parseOptions(args, 'hkTPmaiB:', { 'human-readable': 'h' });
  const paths = options.operands.map((path) => process.files.mountOf(path).path);
  const mounts = process.files.mounts
    .all()
    .filter(({ path, type }) => (paths.length > 0 ? paths.includes(path) : type !== 'proc'));
  const show = (bytes: number) =>
    options.has('h')
      ? human(bytes)
      : options.has('m')
        ? String(Math.ceil(bytes / 1024 ** 2))
        : String(Math.ceil(bytes / 1024));
  const rows = mounts.map(({ source, path, budget }) => {
    const { used, limit } = budget;
    return [
      source,
      show(limit),
      show(used),
      show(limit - used),
      `${limit === 0 ? 0 : Math.ceil((used / limit) * 100)}%`,
      path,
    ];
  });
  const title = options.has('h')
    ? ['Filesystem', 'Size', 'Used', process.host.flavour === 'gnu' ? 'Avail' : 'Available', 'Use%', 'Mounted on']
    : ['Filesystem', '1K-blocks', 'Used', 'Available', 'Use%', 'Mounted on'];
  const widths = title.map((cell, index) =>
    Math.max(cell.length, index === 0 ? 20 : 9, ...rows.map((row) => row[index]!.length)),
  );
  for (const row of [title, ...rows])
    await process.print(
      `${row.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : index === 5 ? cell : cell.padStart(widths[index]!))).join(' ')}\n`,
    );
  return 0;
};

const mount: Program = async (process, args) => {
  if (args.length > 0)
    return process.fail(
      process.host.flavour === 'gnu' ? `${args.at(-1)}: permission denied.` : `permission denied (are you root?)`,
      process.host.flavour === 'gnu' ? 32 : 1,
    );
  for (const { source, path, type, readOnly } of process.files.mounts.all())
    await process.print(`${source} on ${path} type ${type} (${readOnly ? 'ro' : 'rw'},relatime)\n`);
  return 0;
};

const stat: Program = (process, args) => {
  const options = parseOptions(args, 'Lc:tf', { format: 'c', dereference: 'L' });
  const { files } = process;
  const utc = (ms: number) =>
    `${formatDate('%Y-%m-%d %H:%M:%S', ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}000000 +0000`;
  return eachPath(
    process,
    options.operands,
    process.host.flavour === 'gnu' ? 'cannot statx' : "can't stat",
    async (path) => {
      const node = options.has('L') ? files.stat(path) : files.lstat(path);
      const size =
        node.type === 'file'
          ? files.readFile(path).length
          : node.type === 'directory'
            ? 4096
            : node.type === 'link'
              ? node.target.length
              : 0;
      const kind = {
        file: size === 0 ? 'regular empty file' : 'regular file',
        directory: 'directory',
        link: 'symbolic link',
        device: 'character special file',
      }[node.type];
      const mode = node.mode.toString(8).padStart(4, '0');
      const links = node.type === 'file' ? node.links : node.type === 'directory' ? 2 : 1;
      const values: Readonly<Record<string, string>> = {
        n: path,
        N: `'${path}'${node.type === 'link' ? ` -> '${node.target}'` : ''}`,
        s: String(size),
        a: node.mode.toString(8),
        A: modeText(node),
        u: String(node.uid),
        g: String(node.gid),
        U: userName(files, node.uid) ?? 'UNKNOWN',
        G: groupName(files, node.gid) ?? 'UNKNOWN',
        i: String(node.ino),
        h: String(links),
        F: kind,
        y: utc(node.mtime),
        Y: String(Math.floor(node.mtime / 1000)),
        b: String(Math.ceil(size / 4096) * 8),
        B: '512',
        o: '4096',
      }; // prettier-ignore
      const format = options.value('c');
      if (format !== undefined)
        return process.print(`${format.replace(/%([a-zA-Z])/g, (whole, letter: string) => values[letter] ?? whole)}\n`);
      const owner = (number: number, name: string | undefined) =>
        `(${String(number).padStart(5)}/${(name ?? 'UNKNOWN').padStart(8)})`;
      return process.print(
        `  File: ${path}${node.type === 'link' ? ` -> ${node.target}` : ''}\n  Size: ${String(size).padEnd(10)}\tBlocks: ${values.b!.padEnd(10)} IO Block: 4096   ${kind}\nDevice: 0,73\tInode: ${String(node.ino).padEnd(11)} Links: ${links}\nAccess: (${mode}/${modeText(node)})  Uid: ${owner(node.uid, userName(files, node.uid))}   Gid: ${owner(node.gid, groupName(files, node.gid))}\nAccess: ${utc(node.mtime)}\nModify: ${utc(node.mtime)}\nChange: ${utc(node.mtime)}\n`,
      );
    },
  );
};

const which: Program = async (process, args) => {
  let status = 0;
  for (const name of args.filter((arg) => arg !== '-a')) {
    const found = process.host.which(process, name);
    if (found.startsWith('/')) await process.print(`${found}\n`);
    else status = 1;
  }
  return status;
};

const uptime: Program = async (process) => {
  const minutes = Math.floor((process.host.clock.now() - process.host.startedAt) / 60_000);
  const shown = minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`;
  await process.print(
    ` ${formatDate('%H:%M:%S', process.host.clock.now())} up ${shown},  0 users,  load average: 0.08, 0.03, 0.01\n`,
  );
  return 0;
};

const free: Program = async (process, args) => {
  const scale = args.includes('-m') ? 1024 : 1;
  const row = (...values: number[]) => values.map((value) => String(Math.floor(value / scale)).padStart(12)).join('');
  await process.print(
    `              total        used        free      shared  buff/cache   available\nMem:   ${row(4_194_304, 1_048_576, 2_555_904, 0, 589_824, 2_949_120)}\nSwap:  ${row(0, 0, 0)}\n`,
  );
  return 0;
};

const nproc: Program = async (process) => process.print('2\n').then(() => 0);
const arch: Program = async (process) => process.print('x86_64\n').then(() => 0);
const clear: Program = async (process) => process.print('\x1b[H\x1b[2J').then(() => 0);
const tty: Program = async (process) => {
  const isTty = process.handles.get(0)?.isTty === true;
  await process.print(isTty ? '/dev/pts/0\n' : 'not a tty\n');
  return isTty ? 0 : 1;
};

const groups: Program = async (process) => {
  const { gid, groups: others } = process.files.who;
  await process.print(
    `${[...new Set([gid, ...others])].map((one) => groupName(process.files, one) ?? one).join(' ')}\n`,
  );
  return 0;
};

const sync: Program = () => 0;

const ip: Program = async (process, args) => {
  const address =
    Buffer.from(process.files.readFile('/etc/hosts'))
      .toString()
      .split('\n')
      .map((line) => line.split(/\s+/))
      .find((words) => words.includes(process.host.hostname))?.[0] ?? '127.0.0.1';
  if (args[0]?.startsWith('r')) {
    const gateway = address.replace(/\.\d+$/, '.1');
    await process.print(
      `default via ${gateway} dev eth0 \n${gateway.replace(/\.1$/, '.0')}/24 via ${gateway} dev eth0  src ${address} \n`,
    );
  } else if (args.some((arg) => /^a/.test(arg)) || process.name === 'ifconfig') {
    await process.print(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP\n    inet ${address}/24 brd ${address.replace(/\.\d+$/, '.255')} scope global eth0\n       valid_lft forever preferred_lft forever\n`,
    );
  } else return process.fail('only "addr" and "route" are supported in this simulated container');
  return 0;
};

export const systemCommands: Readonly<Record<string, Program>> = {
  uname,
  id,
  whoami,
  hostname,
  du,
  df,
  mount,
  stat,
  which,
  uptime,
  free,
  nproc,
  arch,
  clear,
  tty,
  groups,
  sync,
  ip,
  pwd: async (process) => process.print(`${process.files.cwd}\n`).then(() => 0),
};
