import { copyOf, type ShellState, type Variable } from './state.ts';

/** `name[index]`, as builtins and the arithmetic get it. */
export const REFERENCE = /^([A-Za-z_]\w*)\[(.*)\]$/s;

/** Arrays that the shell keeps itself. */
const special: Readonly<Record<string, (state: ShellState) => readonly string[]>> = {
  PIPESTATUS: ({ pipeStatus }) => pipeStatus,
  FUNCNAME: ({ calls }) => calls.toReversed(),
  BASH_VERSINFO: () => ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu'],
  DIRSTACK: ({ folders }) => folders,
};

/** What an array holds, in its order: indices ascending, keys as they came. A plain variable is its own element 0. */
export function elementsOf(state: ShellState, name: string): [key: string, value: string][] {
  const variable = state.variables.get(name);
  if (!variable && Object.hasOwn(special, name)) return special[name]!(state).map((one, index) => [String(index), one]);
  if (!variable?.elements) return variable?.value === undefined ? [] : [['0', variable.value]];
  const all = [...variable.elements];
  return variable.isMap ? all : all.sort(([a], [b]) => Number(a) - Number(b));
}

/** The key of an element; an index below 0 counts from the end. Undefined when it leads before the first. */
export function keyFor(state: ShellState, name: string, index: bigint): string | undefined {
  if (index >= 0n) return String(index);
  const last = elementsOf(state, name).at(-1)?.[0];
  const key = BigInt(last ?? -1) + 1n + index;
  return key < 0n ? undefined : String(key);
}

export function elementOf(state: ShellState, name: string, key: string): string | undefined {
  const variable = state.variables.get(name);
  if (variable?.elements) return variable.elements.get(key);
  return elementsOf(state, name).find(([one]) => one === key)?.[1];
}

export const isMap = (state: ShellState, name: string): boolean => state.variables.get(name)?.isMap === true;

/** The variable as an array; what it was alone becomes its element 0. */
function asArray(state: ShellState, name: string): Variable & { elements: Map<string, string> } {
  const known = state.variables.get(name) ?? { value: undefined, isExported: false, isReadOnly: false };
  const elements = known.elements ?? new Map(known.value === undefined ? [] : [['0', known.value]]);
  const made = { ...known, elements };
  state.variables.set(name, made);
  return made;
}

export function setElement(state: ShellState, name: string, key: string, value: string): void {
  const variable = asArray(state, name);
  variable.elements.set(key, value);
  variable.value = variable.elements.get('0');
}

/** Puts these in place of what the array held, or with `append` behind its end; words without a key take the next index. */
export function setElements(
  state: ShellState,
  name: string,
  items: readonly { key?: string | undefined; value: string; adds?: boolean }[],
  append = false,
): void {
  const variable = asArray(state, name);
  if (!append) variable.elements = new Map();
  let next = append ? Number(elementsOf(state, name).at(-1)?.[0] ?? -1) + 1 : 0;
  for (const { key = String(next), value, adds } of items) {
    variable.elements.set(key, (adds ? (variable.elements.get(key) ?? '') : '') + value);
    next = Number(key) + 1;
  }
  variable.value = variable.elements.get('0');
}

/** `declare -a name`, `declare -A name` */
export function declareArray(state: ShellState, name: string, map: boolean): void {
  const variable = asArray(state, name);
  if (map) variable.isMap = true;
}

export function unsetElement(state: ShellState, name: string, key: string): void {
  const variable = state.variables.get(name);
  if (!variable?.elements) return;
  const copy = copyOf(variable);
  copy.elements!.delete(key);
  copy.value = copy.elements!.get('0');
  state.variables.set(name, copy);
}
