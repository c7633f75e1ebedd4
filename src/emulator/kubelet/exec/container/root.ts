import type { ImageTree } from '../../../images/image-files.ts';
import { type DirectoryNode, device, directory, file, link, plant } from '../fs/nodes.ts';
import { imageFolder } from './image-folder.ts';
import type { Family, ImageShape } from './images.ts';
import { osRelease, toolsOf } from './tools.ts';

/** Sizes as they are in life; the contents are not. */
const BINARY_BYTES = 131_072;

const USERS = [
  'root:x:0:0:root:/root:SHELL',
  'bin:x:1:1:bin:/bin:/sbin/nologin',
  'daemon:x:2:2:daemon:/sbin:/sbin/nologin',
  'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
];
const GROUPS = ['root:x:0:', 'bin:x:1:', 'daemon:x:2:', 'nogroup:x:65534:'];
/** Accounts that the image of this name adds. */
const ACCOUNTS: Readonly<Record<string, number>> = { nginx: 101, redis: 999, postgres: 999, node: 1000, mysql: 999 };

/** The same in all containers: who writes into one gets a copy. */
const contents = new Map<string, Uint8Array>();

function program(name: string, mtime: number) {
  const bytes = contents.get(name) ?? Buffer.from(`\x7fELF simulated ${name}\n`);
  contents.set(name, bytes);
  const node = file(bytes, mtime, 0o755);
  node.program = name;
  node.shownSize = BINARY_BYTES;
  return node;
}

/** The container's own file system as its image leaves it, made anew for each run of the container. */
export function rootTree(shape: ImageShape, imageTitle: string, at: number): DirectoryNode {
  const root = directory(at);
  const { family } = shape;
  const isBare = family === 'scratch';
  for (const name of isBare
    ? ['dev', 'etc', 'proc', 'sys']
    : [
        'bin',
        'dev',
        'etc',
        'home',
        'lib',
        'proc',
        'root',
        'run',
        'sys',
        'tmp',
        'usr/bin',
        'usr/sbin',
        'usr/local/bin',
        'var/log',
        'var/run',
      ])
    plant(root, name, directory(at));
  const set = (path: string, mode: number) => {
    const node = path
      .split('/')
      .reduce<DirectoryNode | undefined>((one, part) => one?.entries.get(part) as DirectoryNode | undefined, root);
    if (node) node.mode = mode;
  };
  set('tmp', 0o1777);
  set('root', 0o700);
  const tools = [...toolsOf[family], ...shape.tools];
  plantTools(root, family, tools, at);
  if (family !== 'alpine' && family !== 'busybox' && !isBare) {
    root.entries.set('sbin', link('usr/sbin', at));
    root.entries.set('lib', link('usr/lib', at));
    plant(root, 'usr/lib', directory(at));
  }
  const release = osRelease[family];
  if (release) plant(root, 'etc/os-release', file(release, at));
  if (family === 'alpine') plant(root, 'etc/alpine-release', file('3.20.3\n', at));
  if (family === 'debian') plant(root, 'etc/debian_version', file('12.8\n', at));
  if (!isBare) {
    const shell = tools.includes('bash') ? '/bin/bash' : tools.includes('sh') ? '/bin/sh' : '/sbin/nologin';
    const account = ACCOUNTS[imageTitle];
    const users = [
      ...USERS.map((row) => row.replace('SHELL', shell)),
      ...(account ? [`${imageTitle}:x:${account}:${account}::/home/${imageTitle}:/sbin/nologin`] : []),
    ];
    plant(root, 'etc/passwd', file(`${users.join('\n')}\n`, at));
    plant(
      root,
      'etc/group',
      file(`${[...GROUPS, ...(account ? [`${imageTitle}:x:${account}:`] : [])].join('\n')}\n`, at),
    );
    plant(root, 'etc/nsswitch.conf', file('hosts: files dns\n', at));
  }
  for (const [path, text] of Object.entries(shape.files))
    plant(root, path, file(text, at, path.endsWith('.sh') ? 0o755 : 0o644));
  if (shape.workingDir !== '/') ensureFolder(root, shape.workingDir.slice(1), at);
  const main = shape.command[0]!;
  if (main.startsWith('/') && !isShell(main)) plant(root, main.slice(1), program('main', at));
  return root;
}

function plantTools(root: DirectoryNode, family: Family, tools: readonly string[], at: number): void {
  if (family === 'alpine') {
    plant(root, 'bin/busybox', program('busybox', at));
    for (const name of tools) {
      if (toolsOf.busybox.includes(name)) plant(root, `bin/${name}`, link('/bin/busybox', at));
      else plant(root, `usr/bin/${name}`, program(name, at));
    }
  } else if (family === 'busybox') {
    plant(root, 'bin/busybox', program('busybox', at));
    for (const name of tools) plant(root, `bin/${name}`, program(name, at));
  } else if (family !== 'scratch') {
    for (const name of tools) plant(root, `usr/bin/${name}`, program(name, at));
    if (tools.includes('dash')) plant(root, 'usr/bin/sh', link('dash', at));
    root.entries.set('bin', link('usr/bin', at));
  }
}

/** The files of a real image, and below them the tools of the simulated shell, which nobody could look around without. */
export function imageRoot({ family }: ImageShape, tree: ImageTree, at: number): DirectoryNode {
  const tools = directory(at);
  plantTools(tools, family, toolsOf[family], at);
  const binaries = tools.entries.get('bin');
  // A folder of the image would hide the link to where they are.
  if (binaries?.type === 'link' && tree.union.has('bin') && tree.union.at('bin')?.entry.kind !== 'symlink')
    tools.entries.set('bin', { ...directory(at), entries: ensureFolder(tools, binaries.target, at).entries });
  return imageFolder(tree, tools);
}

const isShell = (path: string): boolean => /\/(sh|bash|ash|dash)$/.test(path);

export function ensureFolder(root: DirectoryNode, path: string, at: number): DirectoryNode {
  const parts = path.split('/').filter(Boolean);
  let now = root;
  for (const part of parts) {
    let next = now.entries.get(part);
    if (next?.type !== 'directory') {
      next = directory(at);
      now.entries.set(part, next);
    }
    now = next;
  }
  return now;
}

/** /dev as a container sees it. */
export function devices(at: number): DirectoryNode {
  const root = directory(at);
  const names = {
    null: 'null',
    zero: 'zero',
    full: 'full',
    random: 'random',
    urandom: 'random',
    tty: 'tty',
    stdin: 'stdin',
    stdout: 'stdout',
    stderr: 'stderr',
  } as const;
  for (const [name, kind] of Object.entries(names)) root.entries.set(name, device(kind, at));
  root.entries.set('shm', directory(at, 0o1777));
  root.entries.set('pts', directory(at));
  root.entries.set('termination-log', file('', at, 0o666));
  return root;
}
