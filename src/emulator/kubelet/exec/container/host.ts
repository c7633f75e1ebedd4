import type { Clock } from '../../../clock.ts';
import { commands } from '../commands/index.ts';
import { UsageFailure } from '../commands/options.ts';
import { isSystemError, SystemError } from '../fs/errors.ts';
import type { FileNode } from '../fs/nodes.ts';
import type { Network } from '../network/network.ts';
import {
  type Host,
  type MainProcess,
  Process,
  ProcessTable,
  type Program,
  run,
  type StartOptions,
} from '../process/process.ts';

interface HostFacts {
  clock: Clock;
  random: () => number;
  hostname: string;
  flavour: Host['flavour'];
  network: Network | undefined;
  main: readonly MainProcess[];
  startedAt: number;
  endMain?: (signal: number) => void;
}

/** A program's complaint about its command line is said, and ends it. */
function guarded(program: Program): Program {
  return async (process, args) => {
    try {
      return await program(process, args);
    } catch (error) {
      if (!(error instanceof UsageFailure)) throw error;
      await process.fail(error.message, error.status);
      return error.status;
    }
  };
}

/** Bytes in which the first line of a script ends. */
const HEAD = 4096;

/** execve(2): what the file is and how it runs. */
function load(process: Process, path: string, argv: readonly string[]): { program: Program; argv: string[] } {
  const node = process.files.stat(path) as FileNode;
  if (node.program !== undefined) {
    let name = node.program;
    let words = [...argv];
    if (name === 'busybox') {
      name = (argv[0] ?? '').split('/').at(-1)!;
      if (name === 'busybox') {
        words = argv.slice(1);
        name = words[0] ?? '';
        if (!name)
          return {
            program: async (one) => one.print('BusyBox v1.36.1 multi-call binary.\n').then(() => 0),
            argv: [...argv],
          };
      }
    }
    const program = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!program) throw new SystemError('ENOEXEC', path);
    return { program: guarded(program), argv: words };
  }
  const content = process.files.openForReading(path) as FileNode;
  // Programs of a real image are large, and not for us to run.
  const text = Buffer.from(content.stored?.(0, HEAD) ?? process.files.readFile(path)).toString();
  const line = /^#! *(\S+)[ \t]*([^\n]*)/.exec(text);
  if (!line) throw new SystemError('ENOEXEC', path);
  const interpreter = line[1]!;
  const found = process.files.find(interpreter);
  if (found?.type !== 'file') throw new SystemError('ENOENT', path);
  return load(process, interpreter, [interpreter, ...(line[2] ? [line[2].trim()] : []), path, ...argv.slice(1)]);
}

/** What the processes of a container share, and how they start one another. */
export function newHost(facts: HostFacts): Host {
  const host: Host = {
    ...facts,
    processes: new ProcessTable(Math.max(...facts.main.map(({ pid }) => pid)) + 6),
    which(process, name, path = process.env.get('PATH') ?? '/usr/local/bin:/bin:/usr/bin') {
      if (name === '') return 'ENOENT';
      const candidates = name.includes('/') ? [name] : path.split(':').map((folder) => `${folder || '.'}/${name}`);
      let answer: 'ENOENT' | 'EACCES' = 'ENOENT';
      for (const one of candidates) {
        const node = process.files.find(one);
        if (!node) continue;
        if (node.type === 'file' && process.files.mayAccess(one, 1))
          return one.startsWith('/') ? one : process.files.real(one);
        if (node.type === 'file' || name.includes('/')) answer = 'EACCES';
      }
      return answer;
    },
    async start(parent, argv, options: StartOptions = {}) {
      const env = options.env ?? parent.env;
      const found = host.which(parent, argv[0] ?? '', env.get('PATH'));
      if (!found.startsWith('/')) throw new SystemError(found as 'ENOENT', argv[0]);
      // Everything that can fail comes before there is a process.
      const loaded = loadOrScript(parent, found, argv);
      const child = new Process({
        host,
        parent,
        session: parent.session,
        argv: loaded.argv,
        env,
        files: parent.files.clone(),
        handles: options.handles ?? parent.handles,
      });
      options.onStart?.(child);
      return run(child, loaded.program, loaded.argv.slice(1));
    },
    async replace(process, argv) {
      const found = host.which(process, argv[0] ?? '');
      if (!found.startsWith('/')) throw new SystemError(found as 'ENOENT', argv[0]);
      const loaded = loadOrScript(process, found, argv);
      process.argv = loaded.argv;
      return loaded.program(process, loaded.argv.slice(1));
    },
  };
  return host;
}

/** A program of an image: no shell takes it for a script. */
const isBinary = ({ stored }: FileNode): boolean => stored?.(0, HEAD).includes(0) === true;

/** execvp(3): a file without a first line that names its interpreter is for the shell. */
function loadOrScript(process: Process, path: string, argv: readonly string[]): { program: Program; argv: string[] } {
  try {
    return load(process, path, argv);
  } catch (error) {
    const node = process.files.stat(path) as FileNode;
    if (!isSystemError(error, 'ENOEXEC') || node.program !== undefined || isBinary(node)) throw error;
    return { program: guarded(commands['sh']!), argv: ['sh', path, ...argv.slice(1)] };
  }
}

/** The first process of an exec, whose program must be one by itself: no shell is asked. */
export function firstProcess(birth: ConstructorParameters<typeof Process>[0]): { process: Process; program: Program } {
  const process = new Process(birth);
  try {
    const found = birth.host.which(process, birth.argv[0] ?? '');
    if (!found.startsWith('/')) throw new SystemError(found as 'ENOENT', birth.argv[0]);
    const loaded = load(process, found, birth.argv);
    process.argv = loaded.argv;
    return { process, program: loaded.program };
  } catch (error) {
    process.exit();
    throw error;
  }
}
