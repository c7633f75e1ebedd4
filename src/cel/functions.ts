import type { CelType } from './types.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  opaque,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from './types.ts';
import type { CelValue } from './values.ts';

/** What a call costs, by its arguments and what came out; 1 where a function says nothing. */
export type CallCost = (args: readonly CelValue[], result: CelValue) => number;

/** One way to call a function. */
export interface Overload {
  isMember: boolean;
  /** The receiver of a member comes first. */
  args: readonly CelType[];
  result: CelType;
  run(...args: CelValue[]): CelValue;
  cost: CallCost;
}

export type FunctionTable = ReadonlyMap<string, readonly Overload[]>;

const NAMED: Readonly<Record<string, CelType>> = {
  dyn: DYN,
  null: NULL,
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  timestamp: TIMESTAMP,
  duration: DURATION,
  type: typeOf(),
};

/** `list(T)`, `map(string, dyn)`, `optional(T)`, `kubernetes.URL`; one capital stands for any type. */
function readType(text: string): CelType {
  const [, name = '', inner] = /^([\w.]+)(?:\((.*)\))?$/.exec(text) ?? [];
  const parameters = inner === undefined ? [] : readTypes(inner);
  if (name === 'list') return listOf(parameters[0]!);
  if (name === 'map') return mapOf(parameters[0]!, parameters[1]!);
  if (name === 'optional') return optionalOf(parameters[0]!);
  if (name === 'type' && parameters[0]) return typeOf(parameters[0]);
  if (/^[A-Z]$/.test(name)) return parameter(name);
  return NAMED[name] ?? opaque(name);
}

function readTypes(text: string): CelType[] {
  const found: CelType[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth++;
    if (text[at] === ')') depth--;
    if (at < text.length && (text[at] !== ',' || depth > 0)) continue;
    const one = text.slice(start, at).trim();
    if (one) found.push(readType(one));
    start = at + 1;
  }
  return found;
}

const nominal: CallCost = () => 1;

// The shape of an implementation follows its declared types; the dispatcher sees to it that they fit.
// biome-ignore lint/suspicious/noExplicitAny: each implementation names the values it is declared for
export type Implementation = (...args: any[]) => CelValue;

/** Collects the functions of one library. */
export class Library {
  readonly functions = new Map<string, Overload[]>();

  /** A function that is called as `name(a, b)`. */
  global(name: string, args: string, result: string, run: Implementation, cost: CallCost = nominal): this {
    return this.#add(name, { isMember: false, args: readTypes(args), result: readType(result), run, cost });
  }

  /** A function that is called as `a.name(b)`; `args` begins with the receiver. */
  member(name: string, args: string, result: string, run: Implementation, cost: CallCost = nominal): this {
    return this.#add(name, { isMember: true, args: readTypes(args), result: readType(result), run, cost });
  }

  #add(name: string, overload: Overload): this {
    const known = this.functions.get(name);
    if (known) known.push(overload);
    else this.functions.set(name, [overload]);
    return this;
  }
}

/** The functions of all libraries in one table. */
export function joinLibraries(libraries: readonly Library[]): FunctionTable {
  const table = new Map<string, Overload[]>();
  for (const { functions } of libraries) {
    for (const [name, overloads] of functions) table.set(name, [...(table.get(name) ?? []), ...overloads]);
  }
  return table;
}
