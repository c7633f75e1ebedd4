import type { CallExpr, Expr, FoldExpr, Problem } from './syntax.ts';

/** The name of the accumulator in every loop; no expression can say it. */
export const ACCUMULATOR = '@result';

type Expand = (call: CallExpr & { target: Expr }, problems: Problem[]) => Expr | undefined;

const call = (pos: number, name: string, ...args: Expr[]): CallExpr => ({ kind: 'call', pos, name, args });
const ident = (pos: number, name: string): Expr => ({ kind: 'ident', pos, name });
const literal = (pos: number, value: boolean | bigint | string): Expr => ({ kind: 'literal', pos, value });
const list = (pos: number, ...items: Expr[]): Expr => ({ kind: 'list', pos, items, optional: new Set() });
const accumulator = (pos: number): Expr => ident(pos, ACCUMULATOR);

/** The name of a variable, which an argument must be. */
function variable(arg: Expr, problems: Problem[], message = 'argument must be a simple name'): string | undefined {
  if (arg.kind === 'ident' && arg.name !== ACCUMULATOR) return arg.name;
  if (arg.kind === 'ident')
    problems.push({ pos: arg.pos, message: 'iteration variable overwrites accumulator variable' });
  else problems.push({ pos: arg.pos, message });
  return undefined;
}

interface Loop {
  init: Expr;
  condition?: Expr;
  step: Expr;
  result?: Expr;
}

function fold({ pos, target }: { pos: number; target: Expr }, names: string[], loop: Loop): FoldExpr {
  return {
    kind: 'fold',
    pos,
    range: target,
    iterVar: names[0]!,
    ...(names[1] === undefined ? {} : { iterVar2: names[1] }),
    accuVar: ACCUMULATOR,
    init: loop.init,
    condition: loop.condition ?? literal(pos, true),
    step: loop.step,
    result: loop.result ?? accumulator(pos),
  };
}

const until = (pos: number, condition: Expr): Expr => call(pos, '@not_strictly_false', condition);

/** A macro of one or two variables, then its expressions. */
const looping =
  (names: 1 | 2, make: (pos: number, args: Expr[], vars: string[]) => Loop): Expand =>
  (whole, problems) => {
    const vars = whole.args.slice(0, names).map((arg) => variable(arg, problems));
    if (vars.includes(undefined)) return undefined;
    if (names === 2 && vars[0] === vars[1]) {
      const message = `duplicate variable name: ${vars[1]}`;
      problems.push({ pos: whole.args[1]!.pos, message });
      return undefined;
    }
    return fold(whole, vars as string[], make(whole.pos, whole.args.slice(names), vars as string[]));
  };

const all = (pos: number, [test]: Expr[]): Loop => ({
  init: literal(pos, true),
  condition: until(pos, accumulator(pos)),
  step: call(pos, '_&&_', accumulator(pos), test!),
});
const exists = (pos: number, [test]: Expr[]): Loop => ({
  init: literal(pos, false),
  condition: until(pos, call(pos, '!_', accumulator(pos))),
  step: call(pos, '_||_', accumulator(pos), test!),
});
const existsOne = (pos: number, [test]: Expr[]): Loop => ({
  init: literal(pos, 0n),
  step: call(pos, '_?_:_', test!, call(pos, '_+_', accumulator(pos), literal(pos, 1n)), accumulator(pos)),
  result: call(pos, '_==_', accumulator(pos), literal(pos, 1n)),
});

/** `value`, or only where `test` holds. */
function collecting(pos: number, init: Expr, add: Expr, test: Expr | undefined): Loop {
  return { init, step: test ? call(pos, '_?_:_', test, add, accumulator(pos)) : add };
}

const map = (pos: number, args: Expr[]): Loop => {
  const [test, value] = args.length === 2 ? args : [undefined, args[0]];
  return collecting(pos, list(pos), call(pos, '_+_', accumulator(pos), list(pos, value!)), test);
};
const filter = (pos: number, [test]: Expr[], [name]: string[]): Loop =>
  collecting(pos, list(pos), call(pos, '_+_', accumulator(pos), list(pos, ident(pos, name!))), test);
const emptyMap = (pos: number): Expr => ({ kind: 'map', pos, entries: [] });
const transformMap = (pos: number, args: Expr[], [key]: string[]): Loop => {
  const [test, value] = args.length === 2 ? args : [undefined, args[0]];
  const add = call(pos, 'cel.@mapInsert', accumulator(pos), ident(pos, key!), value!);
  return collecting(pos, emptyMap(pos), add, test);
};
const transformMapEntry = (pos: number, args: Expr[]): Loop => {
  const [test, entry] = args.length === 2 ? args : [undefined, args[0]];
  return collecting(pos, emptyMap(pos), call(pos, 'cel.@mapInsert', accumulator(pos), entry!), test);
};

/** A value with a name of its own for one expression. */
const bind = (pos: number, name: string, value: Expr, body: Expr): FoldExpr => ({
  kind: 'fold',
  pos,
  range: list(pos),
  iterVar: '#unused',
  accuVar: name,
  init: value,
  condition: literal(pos, false),
  step: ident(pos, name),
  result: body,
});

const optionalMap =
  (wrap: (pos: number, mapped: Expr) => Expr, name: string): Expand =>
  ({ pos, target, args }, problems) => {
    const names = `${name}() variable name must be a simple identifier`;
    const [arg, body] = args as [Expr, Expr];
    const bound = variable(arg, problems, names);
    if (bound === undefined) return undefined;
    const value: CallExpr = { kind: 'call', pos, name: 'value', target, args: [] };
    const there: CallExpr = { kind: 'call', pos, name: 'hasValue', target, args: [] };
    const none = call(pos, 'optional.none');
    return call(pos, '_?_:_', there, wrap(pos, bind(pos, bound, value, body)), none);
  };

const sortBy: Expand = ({ pos, target, args }, problems) => {
  const name = variable(args[0]!, problems, 'argument is not an identifier');
  if (name === undefined) return undefined;
  const input = '@__sortBy_input__';
  if (!['select', 'ident', 'list', 'call', 'fold'].includes(target.kind)) {
    problems.push({
      pos: target.pos,
      message: 'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    });
    return undefined;
  }
  const keys = fold({ pos, target: ident(pos, input) }, [name], map(pos, [args[1]!]));
  const sorted: CallExpr = {
    kind: 'call',
    pos,
    name: '@sortByAssociatedKeys',
    target: ident(pos, input),
    args: [keys],
  };
  return bind(pos, input, target, sorted);
};

/** By name and number of arguments (cel-go, parser/macro.go, ext/comprehensions.go, ext/lists.go). */
const macros: Readonly<Record<string, Expand>> = {
  'all/2': looping(1, all),
  'exists/2': looping(1, exists),
  'exists_one/2': looping(1, existsOne),
  'existsOne/2': looping(1, existsOne),
  'map/2': looping(1, map),
  'map/3': looping(1, map),
  'filter/2': looping(1, filter),
  'all/3': looping(2, all),
  'exists/3': looping(2, exists),
  'existsOne/3': looping(2, existsOne),
  'exists_one/3': looping(2, existsOne),
  'transformList/3': looping(2, map),
  'transformList/4': looping(2, map),
  'transformMap/3': looping(2, transformMap),
  'transformMap/4': looping(2, transformMap),
  'transformMapEntry/3': looping(2, transformMapEntry),
  'transformMapEntry/4': looping(2, transformMapEntry),
  'optMap/2': optionalMap((pos, mapped) => call(pos, 'optional.of', mapped), 'optMap'),
  'optFlatMap/2': optionalMap((_pos, mapped) => mapped, 'optFlatMap'),
  'sortBy/2': sortBy,
};

/** What a macro stands for; undefined for calls of functions. */
export function expandMacro(whole: CallExpr, problems: Problem[], hasBindings = false): Expr | undefined {
  const { name, args, target, pos } = whole;
  if (!target) {
    if (name !== 'has' || args.length !== 1) return undefined;
    const [arg] = args as [Expr];
    if (arg.kind === 'select' && !arg.testOnly) return { ...arg, pos, testOnly: true };
    problems.push({ pos: arg.pos, message: 'invalid argument to has() macro' });
    return undefined;
  }
  if (hasBindings && name === 'bind' && args.length === 3 && target.kind === 'ident' && target.name === 'cel') {
    const named = variable(args[0]!, problems, 'cel.bind() variable names must be simple identifiers');
    return named === undefined ? undefined : bind(pos, named, args[1]!, args[2]!);
  }
  const expand = Object.hasOwn(macros, `${name}/${args.length}`) ? macros[`${name}/${args.length}`] : undefined;
  return expand?.({ ...whole, target }, problems);
}
