import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { shellWord } from '../../lib/shell-word.ts';
import { findTools, type HostTools, runTool, type ToolName } from './host-tools.ts';
import { userNamespace } from './namespaces.ts';
import { runtimeLines } from './run/run-script.ts';
import { runtimeStart } from './run/runtime-start.ts';
import type { RootAbility } from './types.ts';

/** What this machine has, for the code that uses it. */
export interface HostAbility {
  readonly public: RootAbility;
  /** Set where processes run in a user namespace. */
  readonly rootless: { isRootless: true; ids: RootAbility['ids'] } | undefined;
  readonly tools: HostTools;
}

/** Without these nothing runs. */
const needed: Readonly<Partial<Record<ToolName, string>>> = {
  unshare: 'util-linux',
  setpriv: 'util-linux',
  mount: 'util-linux (or the package mount)',
  tar: 'GNU tar',
  cp: 'coreutils',
  rm: 'coreutils',
  env: 'coreutils',
  xargs: 'findutils',
  flock: 'util-linux',
  mkfifo: 'coreutils',
  sh: 'a POSIX shell',
};

/** What is asked for in place of the best. */
export interface AbilityChoice {
  mount?: RootAbility['mount'] | undefined;
  runtime?: RootAbility['runtime'];
}

const known = new Map<string, Promise<HostAbility>>();

/**
 * What this machine can do with root file systems in that folder; tried once per process.
 * @param folder an overlay has its writable layer in there, which not all file systems allow
 */
export function hostAbility(folder: string, choice: AbilityChoice = {}): Promise<HostAbility> {
  const key = JSON.stringify([folder, choice.mount, choice.runtime]);
  const found = known.get(key) ?? findAbility(folder, choice);
  known.set(key, found);
  return found;
}

/** Root of a user namespace makes no devices and mounts no sysfs, as a container without more rights (user_namespaces(7)). */
function ownsMachine(): boolean {
  try {
    return /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
  } catch {
    return true;
  }
}

async function findAbility(folder: string, choice: AbilityChoice): Promise<HostAbility> {
  const tools = findTools();
  const lacks = Object.entries(needed).filter(([name]) => !tools[name as ToolName]);
  if (process.platform !== 'linux') return unable(tools, 'containers run on Linux only');
  if (lacks.length > 0) {
    return unable(tools, `it lacks ${lacks.map(([name, from]) => `${name} (of ${from})`).join(', ')}`);
  }
  if (!(await isGnuTar(tools.tar!))) return unable(tools, 'its tar is not GNU tar');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const isRoot = process.geteuid?.() === 0 && ownsMachine();
  const tried: string[] = [];
  for (const way of ways) {
    if (way.needsRoot && !isRoot) continue;
    if (choice.mount !== undefined && !way.mounts.includes(choice.mount)) continue;
    const failure = await probe(folder, way, tools);
    if (failure !== undefined) {
      tried.push(`${way.name}: ${failure}`);
      continue;
    }
    const mount = choice.mount ?? way.mounts[0]!;
    const isRootless = way.namespace !== undefined;
    const ids = way.namespace ?? 'all';
    const asked = choice.runtime;
    if (asked !== undefined && asked !== 'unshare' && !tools[asked]) return unable(tools, `${asked} is not there`);
    // runc is used where it is asked for: it makes cgroups of its own, which stay when it is killed.
    const isCrunAble = asked === undefined && tools.crun && (await probeCrun(folder, way, tools));
    const runtime = asked ?? (isCrunAble ? 'crun' : 'unshare');
    const reason = tried.join('; ');
    return {
      public: { mount, runtime, isRootless, ids, reason },
      rootless: isRootless ? { isRootless, ids } : undefined,
      tools,
    };
  }
  return unable(tools, tried.join('; ') || 'nothing that was asked for is possible');
}

interface Way {
  name: string;
  needsRoot: boolean;
  /** Of the user namespace; undefined: none. */
  namespace: 'subordinate' | 'own' | undefined;
  hasOverlay: boolean;
  /** What can be done where it works, the best first. */
  mounts: readonly RootAbility['mount'][];
}

/** The best first. */
const ways: readonly Way[] = [
  { name: 'overlay as root', needsRoot: true, namespace: undefined, hasOverlay: true, mounts: ['overlay', 'copy'] },
  { name: 'copies as root', needsRoot: true, namespace: undefined, hasOverlay: false, mounts: ['copy'] },
  ...(['subordinate', 'own'] as const).flatMap((namespace): Way[] => [
    {
      name: `overlay in a user namespace${namespace === 'subordinate' ? ' with subordinate ids' : ''}`,
      ...{ needsRoot: false, namespace, hasOverlay: true, mounts: ['user-overlay', 'copy'] },
    },
    {
      name: `copies in a user namespace${namespace === 'subordinate' ? ' with subordinate ids' : ''}`,
      ...{ needsRoot: false, namespace, hasOverlay: false, mounts: ['copy'] },
    },
  ]),
];

/** Does what a run does. @returns why it does not work */
async function probe(folder: string, way: Way, tools: HostTools): Promise<string | undefined> {
  const place = mkdtempSync(join(folder, '.probe-'));
  const mount = shellWord(tools.mount!);
  const lines = ['set -e', `cd ${shellWord(place)}`, 'mkdir lower upper work merged proc'];
  if (way.hasOverlay) {
    const options = `${overlayOptions(way.namespace !== undefined)},lowerdir=lower,upperdir=upper,workdir=work`;
    lines.push(`${mount} -t overlay -o ${options} overlay merged`, ': > merged/file');
  }
  lines.push(`${mount} -t proc proc proc`);
  const namespace = way.namespace ? userNamespace(way.namespace) : [];
  const flags = ['--mount', '--pid', '--fork', '--uts', '--ipc', '--cgroup', '--propagation', 'private'];
  try {
    await runTool([tools.unshare!, ...namespace, ...flags, '--', tools.sh!, '-c', lines.join('\n')]);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n')[0]!;
  } finally {
    // The folder of the file system is of nobody that can be asked.
    await runTool([
      ...(way.namespace ? [tools.unshare!, ...namespace, '--'] : []),
      ...[tools.rm!, '-rf', '--', place],
    ]).catch(() => rmSync(place, { recursive: true, force: true }));
  }
}

/** Some machines' cgroups are nothing that crun can do with: it runs a program of the host, in the host's files. */
async function probeCrun(folder: string, { namespace }: Way, tools: HostTools): Promise<boolean> {
  const place = mkdtempSync(join(folder, '.probe-'));
  mkdirSync(join(place, 'merged'));
  const mount = shellWord(tools.mount!);
  const user = { uid: 0, gid: 0, groups: [], home: '/' };
  const command = { argv: [tools.env!], env: [] };
  const { line } = runtimeStart({
    program: tools.crun!,
    runtime: 'crun',
    folder: place,
    command,
    user,
    cwd: '',
    isRootless: namespace !== undefined,
  });
  const bind = `${mount} --rbind / ${shellWord(join(place, 'merged'))}`;
  const script = ['set -e', bind, ...runtimeLines(mount, 'crun'), `exec ${line}`].join('\n');
  const flags = ['--mount', '--pid', '--fork', '--propagation', 'private', '--', tools.sh!, '-c'];
  try {
    await runTool([tools.unshare!, ...(namespace ? userNamespace(namespace) : []), ...flags, script]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** What the writable layer holds must be all there is to know of it: no redirects, no files without their content. */
export function overlayOptions(isRootless: boolean): string {
  return isRootless ? 'userxattr' : 'redirect_dir=off,metacopy=off,index=off';
}

async function isGnuTar(tar: string): Promise<boolean> {
  let text = '';
  const output = async (stdout: AsyncIterable<Buffer>) => {
    for await (const chunk of stdout) text += chunk;
  };
  await runTool([tar, '--version'], { output }).catch(() => {});
  return text.includes('GNU tar');
}

function unable(tools: HostTools, reason: string): HostAbility {
  return {
    public: { mount: 'copy', runtime: undefined, isRootless: false, ids: 'own', reason },
    rootless: undefined,
    tools,
  };
}

/** @throws KctlError `config` where nothing can run */
export function checkAbility({ public: { runtime, reason } }: HostAbility): void {
  if (runtime !== undefined) return;
  throw new KctlError('config', `this machine cannot run containers: ${reason}`, {
    hint: 'On Linux, as root or where users may make user namespaces, with util-linux, GNU tar, coreutils and findutils (apt-get install util-linux mount tar; apk add util-linux tar coreutils findutils).',
  });
}
