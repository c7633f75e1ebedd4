import { goQuoted } from '../go-value.ts';
import { type BuiltinFunction, type TemplateFunctions, templateFunctions } from './functions.ts';
import {
  type Command,
  GoNumber,
  nodeText,
  type Operand,
  type Pipe,
  TemplateError,
  type TemplateNode,
} from './nodes.ts';
import type { ParsedTemplate } from './parse.ts';
import { Boxed, isMap, isTrue, nestedText, sortedKeys, typeName, unboxed, valueText } from './values.ts';

/** So deep Go calls templates by templates (maxExecDepth); JavaScript's stack ends before. */
const DEEPEST = 100_000;

/** The argument that a pipeline hands on, where there is none. */
const missing = Symbol('missing');

/** Variables by name, the innermost last. */
type Scope = { name: string; value: unknown }[];

export interface ExecuteOptions {
  /** False: a key that a map lacks is an error. */
  allowMissingKeys: boolean;
  /** What the template was parsed with, where it is more than Go's own. */
  functions?: TemplateFunctions;
}

/** @throws TemplateError in Go's words, with what had been printed by then */
export function executeTemplate(parsed: ParsedTemplate, data: unknown, options: ExecuteOptions): string {
  const run = new Execution(parsed, options);
  try {
    run.list(parsed.main, data, [{ name: '$', value: data }]);
  } catch (error) {
    const failure = error instanceof RangeError ? run.tooDeep() : error;
    if (failure instanceof TemplateError) failure.output = run.output;
    throw failure;
  }
  return run.output;
}

type Leave = 'break' | 'continue' | undefined;
/** What an argument is for: anything, or a text. */
type ArgumentKind = 'any' | 'string';

class Execution {
  output = '';
  readonly #parsed: ParsedTemplate;
  readonly #options: ExecuteOptions;
  #depth = 0;
  #name = 'output';
  /** The node that messages are about. */
  #node: TemplateNode | Operand | Command | undefined;

  constructor(parsed: ParsedTemplate, options: ExecuteOptions) {
    this.#parsed = parsed;
    this.#options = options;
  }

  tooDeep(): TemplateError {
    return this.#error(`exceeded maximum template depth (${DEEPEST})`);
  }

  /** @returns the word that leaves the loop around it, where one was met */
  list(nodes: readonly TemplateNode[], dot: unknown, scope: Scope): Leave {
    for (const node of nodes) {
      const left = this.#walk(node, dot, scope);
      if (left) return left;
    }
    return undefined;
  }

  #walk(node: TemplateNode, dot: unknown, scope: Scope): Leave {
    this.#node = node;
    switch (node.type) {
      case 'text':
        this.output += node.text;
        return undefined;
      case 'action': {
        const value = this.#pipe(node.pipe, dot, scope);
        if (node.pipe.variables.length === 0) this.output += valueText(value);
        return undefined;
      }
      case 'template':
        this.#call(node, dot, scope);
        return undefined;
      case 'range':
        return this.#range(node, dot, scope);
      case 'if':
      case 'with': {
        const height = scope.length;
        const value = this.#pipe(node.pipe, dot, scope);
        const truth = isTrue(value);
        const inner = truth && node.type === 'with' ? value : dot;
        const left = this.list(truth ? node.body : (node.otherwise ?? []), inner, scope);
        scope.length = height;
        return left;
      }
      default:
        return node.type;
    }
  }

  #call(node: Extract<TemplateNode, { type: 'template' }>, dot: unknown, scope: Scope): void {
    const body = this.#parsed.named.get(node.name) ?? (node.name === 'output' ? this.#parsed.main : undefined);
    if (!body) throw this.#error(`template ${goQuoted(node.name)} not defined`);
    if (this.#depth === DEEPEST) throw this.tooDeep();
    const value = node.pipe ? this.#pipe(node.pipe, dot, scope) : undefined;
    const caller = this.#name;
    this.#depth++;
    this.#name = node.name;
    this.list(body, value, [{ name: '$', value }]);
    this.#name = caller;
    this.#depth--;
  }

  #range(node: Extract<TemplateNode, { body: unknown }>, dot: unknown, scope: Scope): undefined {
    const outer = scope.length;
    const { variables, assigns } = node.pipe;
    const value = unboxed(this.#pipe(node.pipe, dot, scope));
    const height = scope.length;
    const entries = entriesOf(value);
    if (!entries) throw this.#error(`range can't iterate over ${nestedText(value)}`);
    for (const [key, item] of entries) {
      const values = variables.length > 1 ? [key, item] : [item];
      for (const [index, { path }] of variables.entries()) {
        const name = path[0] as string;
        // The pipeline has declared them; each turn gives them other values.
        if (assigns) this.#assign(scope, name, values[index]);
        else scope[height - variables.length + index] = { name, value: values[index] };
      }
      const left = this.list(node.body, item, scope);
      scope.length = height;
      if (left === 'break') break;
    }
    if (entries.length === 0 && node.otherwise) this.list(node.otherwise, dot, scope);
    scope.length = outer;
    return undefined;
  }

  #pipe(pipe: Pipe, dot: unknown, scope: Scope): unknown {
    this.#node = pipe;
    let value: unknown = missing;
    for (const command of pipe.commands) {
      value = this.#command(command, dot, scope, value);
      if (value instanceof Boxed) value = unboxed(value);
    }
    for (const { path } of pipe.variables) {
      const name = path[0] as string;
      if (pipe.assigns) this.#assign(scope, name, value);
      else scope.push({ name, value });
    }
    return value;
  }

  #assign(scope: Scope, name: string, value: unknown): void {
    const known = scope.findLast((one) => one.name === name);
    if (!known) throw this.#error(`undefined variable: ${name}`);
    known.value = value;
  }

  #command(command: Command, dot: unknown, scope: Scope, final: unknown): unknown {
    const [first, ...rest] = command.operands as [Operand, ...Operand[]];
    const hasArguments = rest.length > 0 || final !== missing;
    switch (first.type) {
      case 'field':
        this.#node = first;
        return this.#fields(dot, first.path, hasArguments);
      case 'chain':
        return this.#chain(first, dot, scope, hasArguments);
      case 'function':
        return this.#function(first, rest, dot, scope, final, command);
      case 'pipe':
        this.#refuseArguments(first, hasArguments);
        return this.#pipe(first, dot, scope);
      case 'variable':
        return this.#variable(first, scope, hasArguments);
    }
    this.#node = first;
    this.#refuseArguments(first, hasArguments);
    if (first.type === 'nil') throw this.#error('nil is not a command');
    return this.#literal(first, dot);
  }

  #refuseArguments(first: Operand, hasArguments: boolean): void {
    if (hasArguments) throw this.#error(`can't give argument to non-function ${nodeText(first)}`);
  }

  #literal(operand: Operand, dot: unknown): unknown {
    this.#node = operand;
    switch (operand.type) {
      case 'bool':
      case 'number':
        return operand.value;
      case 'string':
        return operand.text;
      default:
        return dot;
    }
  }

  #chain(chain: Extract<Operand, { type: 'chain' }>, dot: unknown, scope: Scope, hasArguments = false): unknown {
    this.#node = chain;
    const start = this.#argument(chain.operand, 'any', dot, scope);
    return this.#fields(start, chain.path, hasArguments);
  }

  #variable(variable: Extract<Operand, { type: 'variable' }>, scope: Scope, hasArguments = false): unknown {
    this.#node = variable;
    const [name, ...path] = variable.path as [string, ...string[]];
    const found = scope.findLast((one) => one.name === name);
    if (!found) throw this.#error(`undefined variable: ${name}`);
    if (path.length > 0) return this.#fields(found.value, path, hasArguments);
    this.#refuseArguments({ ...variable, path: [name] }, hasArguments);
    return found.value;
  }

  #fields(start: unknown, path: readonly string[], hasArguments: boolean): unknown {
    let value = start;
    for (const [index, name] of path.entries())
      value = this.#field(value, name, hasArguments && index === path.length - 1);
    return value;
  }

  #field(receiver: unknown, name: string, hasArguments: boolean): unknown {
    const isStrict = !this.#options.allowMissingKeys;
    if (receiver === undefined || receiver === null) {
      if (isStrict) throw this.#error(`nil data; no entry for key ${goQuoted(name)}`);
      return undefined;
    }
    const type = receiver instanceof Boxed ? 'interface {}' : typeName(receiver);
    const value = unboxed(receiver);
    if (value === undefined) throw this.#error(`nil pointer evaluating ${type}.${name}`);
    if (!isMap(value)) throw this.#error(`can't evaluate field ${name} in type ${type}`);
    if (hasArguments) throw this.#error(`${name} is not a method but has arguments`);
    if (Object.hasOwn(value, name)) return new Boxed(value[name]);
    if (isStrict) throw this.#error(`map has no entry for key ${goQuoted(name)}`);
    return undefined;
  }

  #function(
    node: Extract<Operand, { type: 'function' }>,
    operands: readonly Operand[],
    dot: unknown,
    scope: Scope,
    final: unknown,
    place: Operand | Command,
  ): unknown {
    this.#node = node;
    const { name } = node;
    const called = counted((this.#options.functions ?? templateFunctions)[name]);
    if (!called) throw this.#error(`${goQuoted(name)} is not a defined function`);
    this.#checkCount(called, name, operands.length, final);
    if (called.choosesBy !== undefined) return this.#choose(called.choosesBy, operands, dot, scope, final);
    const kindOf = (index: number): ArgumentKind => (index < (called.texts ?? 0) ? 'string' : 'any');
    const values = operands.map((operand, index) => this.#argument(operand, kindOf(index), dot, scope));
    if (final !== missing) values.push(this.#validated(final, kindOf(values.length)));
    try {
      return called.call(values, operands);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      this.#node = place;
      throw this.#error(`error calling ${name}: ${error.message}`);
    }
  }

  #checkCount({ wants, isExact }: BuiltinFunction, name: string, given: number, final: unknown): void {
    const count = given + (final === missing ? 0 : 1);
    if (!isExact && count < wants) {
      throw this.#error(`wrong number of args for ${name}: want at least ${wants} got ${given}`);
    }
    if (isExact && count !== wants) throw this.#error(`wrong number of args for ${name}: want ${wants} got ${count}`);
  }

  /** `and` and `or` look at no more arguments than they need. */
  #choose(truth: boolean, operands: readonly Operand[], dot: unknown, scope: Scope, final: unknown): unknown {
    let value: unknown;
    for (const operand of operands) {
      value = this.#argument(operand, 'any', dot, scope);
      if (isTrue(value) === truth) return value;
    }
    return final === missing ? value : final;
  }

  #argument(operand: Operand, kind: ArgumentKind, dot: unknown, scope: Scope): unknown {
    this.#node = operand;
    switch (operand.type) {
      case 'dot':
        return this.#validated(dot, kind);
      case 'nil':
        if (kind === 'string') throw this.#error('cannot assign nil to string');
        return undefined;
      case 'field':
        return this.#validated(this.#fields(dot, operand.path, false), kind);
      case 'variable':
        return this.#validated(this.#variable(operand, scope), kind);
      case 'pipe':
        return this.#validated(this.#pipe(operand, dot, scope), kind);
      case 'function':
        return this.#validated(this.#function(operand, [], dot, scope, missing, operand), kind);
      case 'chain':
        return this.#validated(this.#chain(operand, dot, scope), kind);
    }
    if (kind === 'string' && operand.type !== 'string') {
      throw this.#error(`expected string; found ${nodeText(operand)}`);
    }
    return this.#literal(operand, dot);
  }

  #validated(value: unknown, kind: ArgumentKind): unknown {
    if (kind === 'any') return value;
    if (value === undefined || value === null) throw this.#error('invalid value; expected string');
    const inner = unboxed(value);
    if (typeof inner === 'string') return inner;
    const type = inner === undefined ? 'interface {}' : typeName(inner);
    throw this.#error(`wrong type for value; expected string; got ${type}`);
  }

  #error(why: string): TemplateError {
    const node = this.#node;
    if (!node) return new TemplateError(`template: output: ${why}`);
    const before = this.#parsed.text.slice(0, node.at).split('\n');
    // Go counts bytes.
    const place = `${before.length}:${Buffer.byteLength(before.at(-1) ?? '')}`;
    return new TemplateError(
      `template: output:${place}: executing ${goQuoted(this.#name)} at <${nodeText(node)}>: ${why}`,
    );
  }
}

/** A function that a caller brought gets plain values, as many as there are. */
function counted(called: TemplateFunctions[string] | undefined): BuiltinFunction | undefined {
  if (typeof called !== 'function') return called;
  return { wants: 0, call: (values) => called(...values.map(plain)) };
}

function plain(value: unknown): unknown {
  const inner = unboxed(value);
  return inner instanceof GoNumber ? inner.value : inner;
}

/** What `range` goes over: the items of a list, the fields of a map in order of their keys. */
function entriesOf(value: unknown): [unknown, unknown][] | undefined {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.map((item, index) => [index, new Boxed(item)]);
  if (!isMap(value)) return undefined;
  return sortedKeys(value).map((key) => [key, new Boxed(value[key])]);
}
