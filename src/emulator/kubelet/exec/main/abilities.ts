import { type Command, parse } from 'unbash';
import { imageCommands } from '../commands/images.ts';
import { commands } from '../commands/index.ts';
import { digitsAsked } from '../commands/perl.ts';
import type { ContainerInstance } from '../container/container.ts';
import { lacks } from '../container/tools.ts';
import { isSystemError } from '../fs/errors.ts';
import { builtins } from '../shell/builtins/index.ts';

/** Commands that run what their operands name. */
const WRAPPERS: ReadonlySet<string> = new Set(['exec', 'command', 'env', 'nice', 'nohup', 'setsid', 'time', 'timeout']);
const SHELL = /^(sh|ash|bash|dash)$/;

/** True when everything that the command line would start is something of ours: else the program is only simulated. */
export function canInterpret(argv: readonly string[], instance: ContainerInstance): boolean {
  const [first = '', ...rest] = argv;
  if (first.split('/').at(-1) === 'perl' && instance.shape.tools.includes('perl'))
    return digitsAsked(rest) !== undefined;
  if (!isTool(first, instance)) {
    const text = first.includes('/') ? textOf(first, instance) : undefined;
    return text !== undefined && isShellScript(text) && canRunScript(text, instance);
  }
  if (!SHELL.test(first.split('/').at(-1)!)) return !servesOrServed(first, rest);
  const at = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
  if (at >= 0) return canRunScript(rest[at + 1] ?? '', instance);
  const file = rest.find((word) => !word.startsWith('-'));
  return file !== undefined && canRunScript(textOf(file, instance) ?? '', instance);
}

/** What is larger is a program of an image. */
const LONGEST_SCRIPT = 1024 * 1024;

/** What is in a file that is no program of ours; undefined for all others. */
function textOf(path: string, { files }: ContainerInstance): string | undefined {
  const view = files();
  const node = view.find(path);
  if (node?.type !== 'file' || node.program !== undefined || node.size > LONGEST_SCRIPT) return undefined;
  try {
    return Buffer.from(view.readFile(path)).toString();
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

/** Its first line names a shell, or nobody. */
const isShellScript = (text: string): boolean => {
  const [, program = '', operand = ''] = /^#! *(\S+)[ \t]*(\S*)/.exec(text) ?? [];
  const name = program.endsWith('/env') ? operand : program;
  return name === '' ? !text.includes('\0') : SHELL.test(name.split('/').at(-1)!);
};

/** Waiting for connections is not in the shell's power. */
const servesOrServed = (name: string, args: readonly string[]): boolean =>
  name.split('/').at(-1) === 'nc' && args.some((arg) => /^-[a-z]*l/.test(arg));

function isTool(name: string, { files, host }: ContainerInstance): boolean {
  const title = name.split('/').at(-1)!;
  if (!Object.hasOwn(commands, title) || Object.hasOwn(imageCommands, title)) return false;
  const view = files();
  const folders = name.includes('/') ? [''] : ['/usr/local/bin/', '/usr/bin/', '/bin/'];
  const isThere = folders.some((folder) => view.find(folder + name)?.type === 'file');
  return isThere || (host.flavour === 'busybox' && name.startsWith('/usr/bin/'));
}

function canRunScript(script: string, instance: ContainerInstance): boolean {
  const parsed = parse(script);
  // What is wrong with it is for the shell to say.
  if (parsed.errors?.length) return true;
  const functions = new Set<string>();
  const called: Command[] = [];
  walk(parsed.commands, (node) => {
    if (node.type === 'Function') functions.add((node as unknown as { name: { value: string } }).name.value);
    if (node.type === 'Command') called.push(node as unknown as Command);
  });
  const knows = (name: string): boolean =>
    Object.hasOwn(builtins, name) ||
    functions.has(name) ||
    name === 'exec' ||
    isTool(name, instance) ||
    // Everybody knows that it is not there: the shell says so.
    (!name.includes('/') && lacks(instance.shape, name));
  return called.every(({ name, args }) => {
    if (!name) return true;
    if (name.parts) return false;
    if (!knows(name.value)) return false;
    const words = args.map((one) => (one.type === 'Word' && !one.parts ? one.value : undefined));
    if (servesOrServed(name.value, words.map(String))) return false;
    if (!WRAPPERS.has(name.value)) return true;
    const target = words.find((word) => word === undefined || !/^-|^[\d.]+[smhd]?$|^\w+=/.test(word));
    return words.length === 0 || (target !== undefined && knows(target));
  });
}

function walk(value: unknown, visit: (node: { type: string }) => void): void {
  if (Array.isArray(value)) {
    for (const one of value) walk(one, visit);
  } else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') visit(value as { type: string });
    for (const one of Object.values(value)) walk(one, visit);
  }
}
