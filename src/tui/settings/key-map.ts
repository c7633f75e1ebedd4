import { nearestName } from '../../lib/nearest-name.ts';
import type { Action, KeyMap } from '../actions/action.ts';
import { actions as builtIn, usualKeyMap } from '../actions/registry.ts';
import { defaultKeys, type KeyBinding, keyLabel } from '../keys.ts';
import { keyNamed } from './key-names.ts';

/** An action of the user's own, with the key that it is wanted on. */
export interface OwnAction {
  action: Action;
  /** As it was written. */
  key: string;
  /** It may take a key that already means something. */
  override: boolean;
  /** Where it was written, for messages. */
  from: string;
}

/**
 * Keys that mean something in k9s. Programs of the user's own take any other key by themselves: they were written
 * where it was free.
 */
const k9sKeys: ReadonlySet<string> = new Set(
  [
    ': / ? esc q enter up down left right pageup pagedown home end tab shift-tab space j k h l g shift-g - [ ]',
    'ctrl-a ctrl-b ctrl-c ctrl-d ctrl-e ctrl-f ctrl-g ctrl-k ctrl-l ctrl-r ctrl-s ctrl-u ctrl-w ctrl-z ctrl-space ctrl-\\',
    'shift-n shift-a shift-s shift-p shift-left shift-right shift-o shift-f shift-j shift-v shift-c shift-l',
    'a b c d e f i m n o p r s t u v w x y z 0 1 2 3 4 5 6 7 8 9',
  ].flatMap((line) => line.split(' ')),
);

type Tell = (problem: string) => void;

function readKeys(written: readonly string[], from: string, tell: Tell): string[] {
  return written.flatMap((one) => {
    const key = keyNamed(one);
    if (key === undefined)
      tell(`${from}: "${one}" is no key; keys are a, shift-a, ctrl-a, alt-a, f5, enter, space, pageup, / and so on`);
    return key ?? [];
  });
}

/** Whether both mean something in one and the same view. */
function meet(a: Action, b: Action, { views = b.views }: KeyBinding): boolean {
  // Each is for kinds of its own: the one for the kind under the cursor is meant.
  if (a.applies && b.applies) return false;
  if (a.kinds && b.kinds && !a.kinds.some((kind) => b.kinds!.includes(kind))) return false;
  const covers = (one: string, other: string) => one === other || other.startsWith(`${one}/`);
  return a.views.some((one) => views.some((other) => covers(one, other) || covers(other, one)));
}

/** The user's keys for actions that the dashboard has, checked; later ones take what earlier ones left. */
function rebound(keys: Readonly<Record<string, readonly string[]>>, tell: Tell): KeyBinding[] {
  const bindings: KeyBinding[] = [];
  for (const [id, written] of Object.entries(keys)) {
    const from = `dashboard.keys.${id}`;
    const action = builtIn.get(id);
    if (!action) {
      const near = nearestName(id, [...builtIn.keys()]);
      tell(
        near
          ? `${from}: there is no action "${id}"; did you mean "${near}"?`
          : `${from}: there is no action "${id}"; docs/keys.md lists them`,
      );
      continue;
    }
    const own = readKeys(written, from, tell).filter((key) => {
      const other = bindings.find(
        (binding) => binding.keys.includes(key) && meet(action, builtIn.get(binding.action)!, binding),
      );
      if (other) tell(`${from}: ${keyLabel(key)} is given to ${other.action} already`);
      return !other;
    });
    bindings.push({ action: id, keys: own });
  }
  return bindings;
}

/**
 * The key map of a user. Keys that are given to an action take the place of its usual ones, and other actions lose
 * them where both would be meant.
 * @param own programs and lines on keys
 */
export function keyMapOf(
  keys: Readonly<Record<string, readonly string[]>>,
  own: readonly OwnAction[],
  tell: Tell,
): KeyMap {
  if (Object.keys(keys).length === 0 && own.length === 0) return usualKeyMap;
  const mine = rebound(keys, tell);
  const actions = new Map(builtIn);
  const without = (binding: KeyBinding, by: KeyBinding): KeyBinding => {
    const action = actions.get(binding.action);
    const taken = action && meet(actions.get(by.action)!, action, binding);
    return taken ? { ...binding, keys: binding.keys.filter((key) => !by.keys.includes(key)) } : binding;
  };
  let bindings = defaultKeys.filter(({ action }) => !Object.hasOwn(keys, action) || !builtIn.has(action));
  for (const binding of mine) bindings = bindings.map((usual) => without(usual, binding));
  bindings = [...mine, ...bindings];
  for (const { action, key: written, override, from } of own) {
    const [key] = readKeys([written], from, tell);
    if (key === undefined) continue;
    const taken = bindings.find((binding) => {
      const other = actions.get(binding.action);
      return binding.keys.includes(key) && other !== undefined && meet(action, other, binding);
    });
    if (taken && !override && k9sKeys.has(key)) {
      tell(`${from}: ${keyLabel(key)} means ${taken.action} already; "override: true" takes it`);
      continue;
    }
    actions.set(action.id, action);
    bindings = [{ action: action.id, keys: [key] }, ...bindings];
  }
  return { bindings: bindings.filter((binding) => binding.keys.length > 0), actions };
}
