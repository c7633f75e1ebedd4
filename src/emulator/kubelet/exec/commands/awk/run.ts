import { breathe } from '../../process/pace.ts';
import type { Process } from '../../process/process.ts';
import { UsageFailure } from '../options.ts';
import { builtins } from './functions.ts';
import { Inputs } from './inputs.ts';
import { Record, regexOf, whole } from './record.ts';
import type { AwkArray, Runtime } from './runtime.ts';
import { Streams } from './streams.ts';
import { withoutEscapes } from './tokens.ts';
import type { Expression, Place, Program, Statement } from './tree.ts';
import { compare, formatted, isTrue, NOTHING, numberOf, textOf, type Value } from './values.ts';

type JumpKind = 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | 'return';

/** How a statement left the usual order of things. */
class Jump extends Error {
  readonly kind: JumpKind;
  readonly value: Value | undefined;

  constructor(kind: JumpKind, value?: Value) {
    super(kind);
    this.kind = kind;
    this.value = value;
  }
}

type Cell = Value | AwkArray | undefined;
const DEEPEST_CALLS = 500;
const MOST_ELEMENTS = 1_000_000;

/** One run of an awk program. */
export class Run implements Runtime {
  readonly process: Process;
  readonly streams: Streams;
  readonly record: Record;
  readonly #program: Program;
  readonly #globals = new Map<string, Cell>();
  readonly #frames: Map<string, Cell>[] = [];
  /** Ranges that have begun. */
  readonly #open = new Set<number>();
  readonly #inputs: Inputs;
  readonly #separator = () => this.get('RS');
  #status = 0;
  #seed = 0;
  #state = 1;

  constructor(program: Program, process: Process, operands: readonly string[], given: readonly [string, string][]) {
    this.#program = program;
    this.process = process;
    this.streams = new Streams(process);
    this.#inputs = new Inputs(operands, this.streams, {
      assign: (name, value) => this.set(name, { text: value }),
      begin: (path) => {
        this.#globals.set('FILENAME', path === '-' ? '' : { text: path });
        this.#globals.set('FNR', 0);
      },
    });
    this.record = new Record(() => ({ input: this.get('FS'), output: this.get('OFS'), format: this.format }));
    const usual = {
      FS: ' ',
      OFS: ' ',
      ORS: '\n',
      RS: '\n',
      SUBSEP: '\x1c',
      CONVFMT: '%.6g',
      OFMT: '%.6g',
      FILENAME: '',
    };
    for (const [name, value] of Object.entries(usual)) this.#globals.set(name, value);
    for (const name of ['NR', 'FNR', 'RSTART']) this.#globals.set(name, 0);
    this.#globals.set('RLENGTH', -1);
    this.#globals.set('ENVIRON', new Map([...process.env].map(([name, value]) => [name, { text: value }])));
    this.#globals.set('ARGC', operands.length + 1);
    this.#globals.set('ARGV', new Map(['awk', ...operands].map((one, index) => [String(index), { text: one }])));
    for (const [name, value] of given) this.#globals.set(name, { text: withoutEscapes(value) });
  }

  // Names

  get format(): string {
    return this.get('CONVFMT');
  }

  #scope(name: string): Map<string, Cell> {
    const frame = this.#frames.at(-1);
    return frame?.has(name) ? frame : this.#globals;
  }

  get(name: string): string {
    const cell = this.#globals.get(name);
    return cell instanceof Map || cell === undefined ? '' : textOf(cell);
  }

  set(name: string, value: Value): void {
    if (name === 'NF') this.record.count = numberOf(value);
    else {
      const scope = this.#scope(name);
      if (scope.get(name) instanceof Map) throw new UsageFailure(`can't assign to ${name}; it's an array name.`, 2);
      scope.set(name, value);
    }
  }

  isArray(name: string): boolean {
    return this.#scope(name).get(name) instanceof Map;
  }

  array(name: string): AwkArray {
    const scope = this.#scope(name);
    const known = scope.get(name);
    if (known instanceof Map) return known;
    if (known !== undefined) throw new UsageFailure(`can't use scalar ${name} as an array`, 2);
    const made: AwkArray = new Map();
    scope.set(name, made);
    return made;
  }

  random(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  seed(value: number): number {
    const before = this.#seed;
    this.#seed = value;
    this.#state = value >>> 0;
    this.random();
    return before;
  }

  now(): number {
    return this.process.host.clock.now();
  }

  // Expressions

  async pattern(expression: Expression | undefined): Promise<string> {
    if (!expression) return '';
    return expression.is === 'regex' ? expression.value : textOf(await this.value(expression), this.format);
  }

  async separator(expression: Expression): Promise<string> {
    const source = await this.pattern(expression);
    return expression.is === 'regex' && source.length === 1 ? `[${source}]` : source;
  }

  async #key(keys: readonly Expression[]): Promise<string> {
    const parts: string[] = [];
    for (const one of keys) parts.push(textOf(await this.value(one), this.format));
    return parts.join(this.get('SUBSEP'));
  }

  async #text(expression: Expression): Promise<string> {
    return textOf(await this.value(expression), this.format);
  }

  async value(node: Expression): Promise<Value> {
    switch (node.is) {
      case 'number':
      case 'string':
        return node.value;
      case 'regex':
        return regexOf(node.value).test(this.record.text) ? 1 : 0;
      case 'variable': {
        if (node.name === 'NF') return this.record.count;
        const cell = this.#scope(node.name).get(node.name);
        if (cell instanceof Map) throw new UsageFailure(`can't use array ${node.name} in scalar context`, 2);
        return cell ?? NOTHING;
      }
      case 'field':
        return this.record.get(this.#fieldNumber(await this.value(node.of)));
      case 'element': {
        const array = this.array(node.name);
        const key = await this.#key(node.keys);
        const known = array.get(key);
        if (known === undefined) this.#put(array, key, NOTHING);
        return known ?? NOTHING;
      }
      case 'in':
        return this.array(node.name).has(await this.#key(node.keys)) ? 1 : 0;
      case 'assign': {
        const right = await this.value(node.value);
        const value = node.op === '' ? right : this.#calculate(node.op, await this.value(node.to), right);
        await this.assign(node.to, value);
        return value;
      }
      case 'step': {
        const before = numberOf(await this.value(node.to));
        await this.assign(node.to, before + node.by);
        return node.isPrefix ? before + node.by : before;
      }
      case 'binary': {
        const left = await this.value(node.left);
        return this.#calculate(node.op, left, await this.value(node.right));
      }
      case 'match': {
        const left = await this.#text(node.left);
        return regexOf(await this.pattern(node.right)).test(left) !== node.isNegated ? 1 : 0;
      }
      case 'and':
        return isTrue(await this.value(node.left)) && isTrue(await this.value(node.right)) ? 1 : 0;
      case 'or':
        return isTrue(await this.value(node.left)) || isTrue(await this.value(node.right)) ? 1 : 0;
      case 'unary': {
        const of = await this.value(node.of);
        return node.op === '!' ? (isTrue(of) ? 0 : 1) : node.op === '-' ? -numberOf(of) : numberOf(of);
      }
      case 'choice':
        return this.value(isTrue(await this.value(node.test)) ? node.yes : node.no);
      case 'builtin':
        return builtins[node.name]!(this, node.args);
      case 'call':
        return this.#call(node.name, node.args);
      case 'getline':
        return this.#getline(node);
      default:
        return this.#key(node.items);
    }
  }

  #calculate(op: string, left: Value, right: Value): Value {
    if (op === ' ') return textOf(left, this.format) + textOf(right, this.format);
    const [a, b] = [numberOf(left), numberOf(right)];
    if ((op === '/' || op === '%') && b === 0)
      throw new UsageFailure(`division by zero${op === '%' ? ' in %' : ''}`, 2);
    const order = () => compare(left, right, this.format);
    const results: Readonly<{ [op: string]: () => number }> = {
      '+': () => a + b,
      '-': () => a - b,
      '*': () => a * b,
      '/': () => a / b,
      '%': () => a % b,
      '^': () => a ** b,
      '<': () => Number(order() < 0),
      '<=': () => Number(order() <= 0),
      '==': () => Number(order() === 0),
      '!=': () => Number(order() !== 0),
      '>': () => Number(order() > 0),
      '>=': () => Number(order() >= 0),
    };
    return results[op]!();
  }

  #fieldNumber(value: Value): number {
    const index = whole(value);
    if (index < 0) throw new UsageFailure(`trying to access out of range field ${index}`, 2);
    return index;
  }

  #put(array: AwkArray, key: string, value: Value): void {
    if (array.size >= MOST_ELEMENTS) throw new UsageFailure('out of memory', 2);
    array.set(key, value);
  }

  async assign(to: Place, value: Value): Promise<void> {
    if (to.is === 'variable') this.set(to.name, value);
    else if (to.is === 'field') this.record.assign(this.#fieldNumber(await this.value(to.of)), value);
    else this.#put(this.array(to.name), await this.#key(to.keys), value);
  }

  async #call(name: string, args: readonly Expression[]): Promise<Value> {
    const known = this.#program.functions.get(name);
    if (!known) throw new UsageFailure(`calling undefined function ${name}`, 2);
    if (this.#frames.length >= DEEPEST_CALLS) throw new UsageFailure(`function ${name} is called too deeply`, 2);
    const frame = new Map<string, Cell>();
    const handed: [param: string, name: string][] = [];
    for (const [index, param] of known.params.entries()) {
      const arg = args[index];
      // What is nothing yet may become an array in there.
      const cell = arg?.is === 'variable' && arg.name !== 'NF' ? this.#scope(arg.name).get(arg.name) : undefined;
      if (arg?.is === 'variable' && arg.name !== 'NF' && cell === undefined) handed.push([param, arg.name]);
      frame.set(
        param,
        cell instanceof Map ? cell : arg && !handed.some(([one]) => one === param) ? await this.value(arg) : undefined,
      );
    }
    this.#frames.push(frame);
    try {
      await this.#statement(known.body);
      return NOTHING;
    } catch (error) {
      if (!(error instanceof Jump) || error.kind !== 'return') throw error;
      return error.value ?? NOTHING;
    } finally {
      this.#frames.pop();
      for (const [param, outer] of handed) {
        const cell = frame.get(param);
        if (cell instanceof Map) this.#scope(outer).set(outer, cell);
      }
    }
  }

  async #getline({ to, file, command }: Extract<Expression, { is: 'getline' }>): Promise<Value> {
    const from = file ?? command;
    const source = from && (await this.streams.source(file ? 'file' : 'command', await this.#text(from)));
    if (from && !source) return -1;
    const text = source ? await source.next(this.get('RS')) : await this.#inputs.next(this.#separator);
    if (text === undefined) return 0;
    if (!file) this.#count('NR');
    if (!from) this.#count('FNR');
    if (to) await this.assign(to, { text });
    else this.record.set(text);
    return 1;
  }

  // Statements

  async #statement(node: Statement): Promise<void> {
    switch (node.is) {
      case 'expression':
        await this.value(node.value);
        return;
      case 'print':
        return this.#print(node);
      case 'if':
        if (isTrue(await this.value(node.test))) await this.#statement(node.yes);
        else if (node.no) await this.#statement(node.no);
        return;
      case 'block':
        for (const one of node.body) await this.#statement(one);
        return;
      case 'while':
        return this.#loop(async () => isTrue(await this.value(node.test)), node.body);
      case 'do': {
        let isFirst = true;
        return this.#loop(async () => {
          const goesOn = isFirst || isTrue(await this.value(node.test));
          isFirst = false;
          return goesOn;
        }, node.body);
      }
      case 'for':
        if (node.begin) await this.#statement(node.begin);
        return this.#loop(async () => !node.test || isTrue(await this.value(node.test)), node.body, node.step);
      case 'each': {
        const keys = [...this.array(node.array).keys()];
        let next = 0;
        return this.#loop(async () => {
          const key = keys[next++];
          if (key !== undefined) this.set(node.name, { text: key });
          return key !== undefined;
        }, node.body);
      }
      case 'delete':
        if (node.keys) this.array(node.name).delete(await this.#key(node.keys));
        else this.array(node.name).clear();
        return;
      case 'exit':
      case 'return':
        throw new Jump(node.is, node.value && (await this.value(node.value)));
      default:
        throw new Jump(node.is);
    }
  }

  async #loop(test: () => Promise<boolean>, body: Statement, step?: Statement): Promise<void> {
    while (await test()) {
      await breathe();
      this.process.signal.throwIfAborted();
      try {
        await this.#statement(body);
      } catch (error) {
        if (!(error instanceof Jump) || (error.kind !== 'break' && error.kind !== 'continue')) throw error;
        if (error.kind === 'break') return;
      }
      if (step) await this.#statement(step);
    }
  }

  async #print({ format, args, to }: Extract<Statement, { is: 'print' }>): Promise<void> {
    const values: Value[] = [];
    for (const one of args) values.push(await this.value(one));
    const [first = '', ...rest] = values;
    const shown = values.map((value) => textOf(value, this.get('OFMT')));
    const text = format
      ? formatted(textOf(first, this.format), rest, this.format)
      : (args.length === 0 ? this.record.text : shown.join(this.get('OFS'))) + this.get('ORS');
    if (!to) return this.streams.print(text);
    const sink = await this.streams.sink(to.op, await this.#text(to.target));
    return sink.write(text);
  }

  // Records

  #count(name: 'NR' | 'FNR'): void {
    this.#globals.set(name, Number(this.get(name)) + 1);
  }

  async #rules(): Promise<void> {
    for (const [index, { pattern, body }] of this.#program.rules.entries()) {
      if (pattern.is === 'begin' || pattern.is === 'end') continue;
      if (pattern.is === 'expression' && !isTrue(await this.value(pattern.test))) continue;
      if (pattern.is === 'range') {
        if (!this.#open.has(index) && !isTrue(await this.value(pattern.from))) continue;
        this.#open.add(index);
        if (isTrue(await this.value(pattern.to))) this.#open.delete(index);
      }
      await (body ? this.#statement(body) : this.streams.print(`${this.record.text}${this.get('ORS')}`));
    }
  }

  async #all(kind: 'begin' | 'end'): Promise<void> {
    for (const { pattern, body } of this.#program.rules) if (pattern.is === kind && body) await this.#statement(body);
  }

  async #records(): Promise<void> {
    for (;;) {
      const text = await this.#inputs.next(this.#separator);
      if (text === undefined) return;
      await breathe();
      this.process.signal.throwIfAborted();
      this.#count('NR');
      this.#count('FNR');
      this.record.set(text);
      try {
        await this.#rules();
      } catch (error) {
        if (!(error instanceof Jump) || (error.kind !== 'next' && error.kind !== 'nextfile')) throw error;
        if (error.kind === 'nextfile') this.#inputs.close();
      }
      await this.streams.flush();
    }
  }

  async #untilExit(run: () => Promise<void>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (!(error instanceof Jump) || error.kind !== 'exit') throw error;
      if (error.value !== undefined) this.#status = whole(error.value) & 255;
      return false;
    }
  }

  /** BEGIN, the records, END; answers with the exit status. */
  async main(): Promise<number> {
    const { rules } = this.#program;
    const reads = rules.some(({ pattern }) => pattern.is !== 'begin');
    try {
      const goesOn = await this.#untilExit(() => this.#all('begin'));
      if (goesOn && reads) await this.#untilExit(() => this.#records());
      if (reads) await this.#untilExit(() => this.#all('end'));
      return this.#status;
    } finally {
      this.#inputs.close();
      await this.streams.closeAll();
    }
  }
}
