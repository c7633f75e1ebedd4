import { isSystemError } from '../fs/errors.ts';
import type { Node } from '../fs/nodes.ts';
import { sizeOf } from '../fs/nodes.ts';
import { linesOf } from '../process/lines.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { matcher } from '../shell/pattern.ts';
import { parseOptions, UsageFailure } from './options.ts';

interface Found {
  path: string;
  name: string;
  node: Node;
  depth: number;
}

type Test = (found: Found) => boolean | Promise<boolean>;

const TYPES: Readonly<Record<string, Node['type']>> = { f: 'file', d: 'directory', l: 'link', c: 'device' };

/** The expression after the paths, by recursive descent: `-o` binds less than `-a`, `!` most. */
class FindParser {
  #at = 0;
  hasAction = false;
  maxDepth = Number.POSITIVE_INFINITY;
  minDepth = 0;
  isDepthFirst = false;
  readonly prunes = new Set<string>();
  readonly #words: readonly string[];
  readonly #process: Process;

  constructor(words: readonly string[], process: Process) {
    this.#words = words;
    this.#process = process;
  }

  parse(): Test {
    if (this.#words.length === 0) return () => true;
    const test = this.#or();
    if (this.#at < this.#words.length) throw new UsageFailure(`unexpected argument: '${this.#words[this.#at]}'`);
    return test;
  }

  #or(): Test {
    let left = this.#and();
    while (this.#words[this.#at] === '-o' || this.#words[this.#at] === '-or') {
      this.#at++;
      const [a, b] = [left, this.#and()];
      left = async (found) => (await a(found)) || (await b(found));
    }
    return left;
  }

  #and(): Test {
    let left = this.#not();
    for (;;) {
      const word = this.#words[this.#at];
      if (word === undefined || word === ')' || word === '-o' || word === '-or') return left;
      if (word === '-a' || word === '-and') this.#at++;
      const [a, b] = [left, this.#not()];
      left = async (found) => (await a(found)) && (await b(found));
    }
  }

  #not(): Test {
    const word = this.#words[this.#at];
    if (word === '!' || word === '-not') {
      this.#at++;
      const inner = this.#not();
      return async (found) => !(await inner(found));
    }
    if (word === '(') {
      this.#at++;
      const inner = this.#or();
      if (this.#words[this.#at++] !== ')') throw new UsageFailure("unmatched '('");
      return inner;
    }
    return this.#primary();
  }

  #value(name: string): string {
    const value = this.#words[this.#at++];
    if (value === undefined) throw new UsageFailure(missingValue(this.#process, name));
    return value;
  }

  #primary(): Test {
    const name = this.#words[this.#at++] ?? '';
    const process = this.#process;
    const number = (text: string, of: (found: Found) => number): Test => {
      const wanted = Number(text.replace(/^[+-]/, '').replace(/[a-zA-Z]$/, ''));
      if (Number.isNaN(wanted)) throw new UsageFailure(`invalid argument '${text}' to '${name}'`);
      return (found) =>
        text.startsWith('+') ? of(found) > wanted : text.startsWith('-') ? of(found) < wanted : of(found) === wanted;
    };
    switch (name) {
      case '-name':
      case '-iname': {
        const test = matcher(name === '-iname' ? this.#value(name).toLowerCase() : this.#value(name));
        return ({ name: one }) => test(name === '-iname' ? one.toLowerCase() : one);
      }
      case '-path':
      case '-wholename': {
        const test = matcher(this.#value(name));
        return ({ path }) => test(path);
      }
      case '-type': {
        const types = this.#value(name)
          .split(',')
          .map((letter) => TYPES[letter]);
        return ({ node }) => types.includes(node.type);
      }
      case '-maxdepth':
        this.maxDepth = Number(this.#value(name));
        return () => true;
      case '-mindepth':
        this.minDepth = Number(this.#value(name));
        return () => true;
      case '-depth':
        this.isDepthFirst = true;
        return () => true;
      case '-empty':
        return ({ node }) =>
          node.type === 'directory'
            ? node.entries.size === 0 && !node.generate
            : node.type === 'file' && sizeOf(node) === 0;
      case '-size': {
        const text = this.#value(name);
        const unit = { c: 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3, b: 512 }[/[ckMGb]$/.exec(text)?.[0] ?? 'b']!;
        return number(text, ({ node }) => Math.ceil(sizeOf(node) / unit));
      }
      case '-mtime':
        return number(this.#value(name), ({ node }) => Math.floor((process.files.now() - node.mtime) / 86_400_000));
      case '-mmin':
        return number(this.#value(name), ({ node }) => Math.floor((process.files.now() - node.mtime) / 60_000));
      case '-newer': {
        const { mtime } = process.files.stat(this.#value(name));
        return ({ node }) => node.mtime > mtime;
      }
      case '-perm': {
        const text = this.#value(name);
        const bits = Number.parseInt(text.replace(/^[-/]/, ''), 8);
        return ({ node }) =>
          text.startsWith('-')
            ? (node.mode & bits) === bits
            : text.startsWith('/')
              ? (node.mode & bits) !== 0
              : node.mode === bits;
      }
      case '-user':
      case '-uid': {
        const text = this.#value(name);
        return ({ node }) => String(node.uid) === text || (text === 'root' && node.uid === 0);
      }
      case '-prune':
        return ({ path }) => {
          this.prunes.add(path);
          return true;
        };
      case '-xdev':
        return () => true;
      case '-print':
      case '-print0':
        this.hasAction = true;
        return async ({ path }) => {
          await process.print(`${path}${name === '-print' ? '\n' : '\0'}`);
          return true;
        };
      case '-delete':
        this.hasAction = true;
        this.isDepthFirst = true;
        return ({ path }) => {
          if (path !== '.') process.files.remove(path, 'yes');
          return true;
        };
      case '-exec':
        return this.#exec();
      case '-quit':
        throw new UsageFailure('-quit is not supported in this simulated container');
      default:
        throw new UsageFailure(
          name.startsWith('-') ? `unknown predicate '${name}'` : `paths must precede expression: '${name}'`,
        );
    }
  }

  readonly batches: (() => Promise<number>)[] = [];

  #exec(): Test {
    this.hasAction = true;
    const argv: string[] = [];
    for (;;) {
      const word = this.#words[this.#at++];
      if (word === undefined) throw new UsageFailure("missing argument to '-exec'");
      if (word === ';') break;
      if (word === '+' && argv.at(-1) === '{}') {
        const paths: string[] = [];
        this.batches.push(() =>
          paths.length > 0
            ? this.#process.host.start(this.#process, [...argv.slice(0, -1), ...paths])
            : Promise.resolve(0),
        );
        return ({ path }) => {
          paths.push(path);
          return true;
        };
      }
      argv.push(word);
    }
    return async ({ path }) =>
      (await this.#process.host.start(
        this.#process,
        argv.map((word) => word.replaceAll('{}', path)),
      )) === 0;
  }
}

const missingValue = (process: Process, name: string): string =>
  process.host.flavour === 'gnu' ? `missing argument to '${name}'` : `${name} requires an argument`;

export const find: Program = async (process, args) => {
  const split = args.findIndex((arg) => arg.startsWith('-') || arg === '!' || arg === '(');
  const paths = split < 0 ? [...args] : args.slice(0, split);
  const parser = new FindParser(split < 0 ? [] : args.slice(split), process);
  const test = parser.parse();
  let status = 0;
  const visit = async (found: Found): Promise<void> => {
    await breathe();
    process.signal.throwIfAborted();
    const own = async () => {
      if (found.depth < parser.minDepth) return;
      if ((await test(found)) && !parser.hasAction) await process.print(`${found.path}\n`);
    };
    if (!parser.isDepthFirst) await own();
    if (found.node.type === 'directory' && found.depth < parser.maxDepth && !parser.prunes.has(found.path)) {
      try {
        for (const [name, node] of process.files.readDirectory(found.path)) {
          await visit({ path: `${found.path === '/' ? '' : found.path}/${name}`, name, node, depth: found.depth + 1 });
        }
      } catch (error) {
        if (!isSystemError(error)) throw error;
        status = await process.fail(`'${found.path}': ${error.message}`);
      }
    }
    if (parser.isDepthFirst) await own();
  };
  for (const path of paths.length > 0 ? paths : ['.']) {
    try {
      await visit({
        path,
        name: path.split('/').filter(Boolean).at(-1) ?? '/',
        node: process.files.lstat(path),
        depth: 0,
      });
    } catch (error) {
      if (!isSystemError(error)) throw error;
      status = await process.fail(
        process.host.flavour === 'gnu' ? `'${path}': ${error.message}` : `${path}: ${error.message}`,
      );
    }
  }
  for (const batch of parser.batches) if ((await batch()) !== 0) status = 1;
  return status;
};

export const xargs: Program = async (process, args) => {
  const options = parseOptions(args, '+n:I:i0rtL:P:d:', { null: '0', 'no-run-if-empty': 'r', 'max-args': 'n' });
  const command = options.operands.length > 0 ? options.operands : ['echo'];
  const mark = options.value('I');
  const items: string[] = [];
  if (options.has('0')) items.push(...(await process.readAll()).toString().split('\0').filter(Boolean));
  else {
    for await (const { text } of linesOf(process.handle(0), process.signal)) {
      if (mark !== undefined) {
        if (text.trim()) items.push(text.trimStart());
      } else if (options.value('d')) items.push(...text.split(options.value('d')!.replace('\\n', '\n')));
      else
        for (const [, double, single, plain] of text.matchAll(/"([^"]*)"|'([^']*)'|((?:\\.|[^\s"'])+)/g))
          items.push(double ?? single ?? plain!.replace(/\\(.)/g, '$1'));
    }
  }
  const size = mark !== undefined ? 1 : Number(options.value('n') ?? options.value('L') ?? 1000);
  const runs: string[][] = [];
  for (let at = 0; at < items.length; at += size) {
    const group = items.slice(at, at + size);
    runs.push(mark === undefined ? [...command, ...group] : command.map((word) => word.replaceAll(mark, group[0]!)));
  }
  if (runs.length === 0 && !options.has('r') && mark === undefined && process.host.flavour === 'gnu')
    runs.push([...command]);
  let worst = 0;
  for (const argv of runs) {
    if (options.has('t')) await process.warn(`${argv.join(' ')}\n`);
    try {
      const status = await process.host.start(process, argv);
      if (status !== 0) worst = status === 255 ? 124 : status > 128 ? 125 : 123;
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return process.fail(`${argv[0]}: ${error.message}`, error.code === 'ENOENT' ? 127 : 126);
    }
  }
  return worst;
};
