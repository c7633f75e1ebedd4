import { type TemplateFunctions, templateFunctions } from './functions.ts';
import { type Command, type Operand, type Pipe, TemplateError, type TemplateNode } from './nodes.ts';
import type { ParsedTemplate } from './parse.ts';
import { isMap, isTrue, typeName, valueText } from './values.ts';

/** Deeper calls of templates by templates are taken for endless ones. */
const maxDepth = 1000;

/** Variables by name, the innermost last. */
type Scope = { name: string; value: unknown }[];

export interface ExecuteOptions {
  /** False: a key that a map lacks is an error. */
  allowMissingKeys: boolean;
  /** What the template was parsed with; those of kubectl by default. */
  functions?: TemplateFunctions;
}

/** @throws TemplateError in Go's words */
export function executeTemplate({ main, named }: ParsedTemplate, data: unknown, options: ExecuteOptions): string {
  const run = new Execution(named, options);
  run.list(main, data, [{ name: '$', value: data }]);
  return run.output;
}

class Execution {
  output = '';
  readonly #named: ParsedTemplate['named'];
  readonly #options: ExecuteOptions;
  #depth = 0;

  constructor(named: ParsedTemplate['named'], options: ExecuteOptions) {
    this.#named = named;
    this.#options = options;
  }

  /** @returns the word that leaves the loop around it, where one was met */
  list(nodes: readonly TemplateNode[], dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
    const height = scope.length;
    try {
      for (const node of nodes) {
        const left = this.#node(node, dot, scope);
        if (left) return left;
      }
      return undefined;
    } finally {
      scope.length = height;
    }
  }

  #node(node: TemplateNode, dot: unknown, scope: Scope): 'break' | 'continue' | undefined {
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
        const inner = node.type === 'with' && isTrue(value) ? value : dot;
        const left = this.list(isTrue(value) ? node.body : node.otherwise, inner, scope);
        scope.length = height;
        return left;
      }
      default:
        return node.type;
    }
  }

  #call(node: Extract<TemplateNode, { type: 'template' }>, dot: unknown, scope: Scope): void {
    const body = this.#named.get(node.name);
    const fail = (why: string) => failure({ source: `{{template "${node.name}"}}`, at: node.at }, why);
    if (!body) throw fail(`template "${node.name}" not defined`);
    if (++this.#depth > maxDepth) throw fail('exceeded maximum template depth');
    const value = node.pipe ? this.#pipe(node.pipe, dot, scope) : undefined;
    this.list(body, value, [{ name: '$', value }]);
    this.#depth--;
  }

  #range(node: Extract<TemplateNode, { body: unknown }>, dot: unknown, scope: Scope): undefined {
    const height = scope.length;
    const { variables, commands, source } = node.pipe;
    const at = commands.length === 1 ? commands[0]!.operands.at(-1)!.at : node.pipe.at;
    const value = this.#pipe({ ...node.pipe, variables: [], commands }, dot, scope);
    const entries = entriesOf(value);
    if (!entries) throw failure({ source, at }, `range can't iterate over ${valueText(value)}`);
    for (const [key, item] of entries) {
      const values = variables.length > 1 ? [key, item] : [item];
      for (const [index, name] of variables.entries()) bind(scope, name, values[index], node.pipe.assigns);
      const left = this.list(node.body, item, scope);
      if (!node.pipe.assigns) scope.length = height;
      if (left === 'break') break;
    }
    if (entries.length === 0) this.list(node.otherwise, dot, scope);
    scope.length = height;
    return undefined;
  }

  #pipe({ variables, assigns, commands }: Pipe, dot: unknown, scope: Scope): unknown {
    let value: unknown;
    for (const [index, command] of commands.entries()) {
      value = this.#command(command, dot, scope, index > 0 ? [value] : []);
    }
    for (const name of variables) bind(scope, name, value, assigns);
    return value;
  }

  #command(command: Command, dot: unknown, scope: Scope, final: readonly unknown[]): unknown {
    const [first, ...rest] = command.operands as [Operand, ...Operand[]];
    if (first.type === 'nil') throw failure(first, 'nil is not a command');
    if (first.type !== 'function') {
      if (rest.length + final.length > 0) throw uncallable(first);
      return this.#operand(first, dot, scope);
    }
    const values = [...rest.map((operand) => this.#operand(operand, dot, scope)), ...final];
    try {
      return (this.#options.functions ?? templateFunctions)[first.name]!(...values);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      throw failure(command, `error calling ${first.name}: ${error.message}`);
    }
  }

  #operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    switch (operand.type) {
      case 'literal':
        return operand.value;
      case 'dot':
        return dot;
      case 'nil':
        return undefined;
      case 'field':
        return this.#fields(dot, operand.path, operand);
      case 'variable': {
        const found = scope.findLast(({ name }) => name === operand.name);
        return this.#fields(found?.value, operand.path, operand);
      }
      case 'pipe':
        return this.#fields(this.#pipe(operand.pipe, dot, scope), operand.path, operand);
      case 'function':
        return this.#command({ operands: [operand], source: operand.source, at: operand.at }, dot, scope, []);
    }
  }

  #fields(start: unknown, path: readonly string[], operand: Operand): unknown {
    let value = start;
    for (const name of path) {
      if (value === undefined || value === null) return undefined;
      if (!isMap(value)) {
        const type = typeof value === 'object' ? typeName(value) : 'interface {}';
        throw failure(operand, `can't evaluate field ${name} in type ${type}`);
      }
      const isThere = Object.hasOwn(value, name);
      if (!isThere && !this.#options.allowMissingKeys) throw failure(operand, `map has no entry for key "${name}"`);
      value = isThere ? value[name] : undefined;
    }
    return value;
  }
}

function bind(scope: Scope, name: string, value: unknown, assigns: boolean): void {
  const known = assigns ? scope.findLast((one) => one.name === name) : undefined;
  if (known) known.value = value;
  else scope.push({ name, value });
}

/** What `range` goes over: the items of a list, the fields of a map in order of their keys. */
function entriesOf(value: unknown): [unknown, unknown][] | undefined {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return [...value.entries()];
  if (!isMap(value)) return undefined;
  return Object.keys(value)
    .sort()
    .map((key) => [key, value[key]]);
}

function uncallable(operand: Operand): TemplateError {
  if (operand.type !== 'field') return failure(operand, `can't give argument to non-function ${operand.source}`);
  return failure(operand, `${operand.path.at(-1)} is not a method but has arguments`);
}

function failure({ source, at }: { source: string; at: string }, why: string): TemplateError {
  return new TemplateError(`template: output:${at}: executing "output" at <${source}>: ${why}`);
}
