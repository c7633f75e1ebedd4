import type { BoundAction } from '../actions/action.ts';
import { defaultKeys } from '../keys.ts';

/** Keys that do not mean what they usually mean, with what they mean now. */
export function changedKeys(bindings: readonly BoundAction[]): { keys: readonly string[]; label: string }[] {
  const usual = new Set(defaultKeys.flatMap(({ action, keys }) => keys.map((key) => `${action} ${key}`)));
  return bindings.flatMap(({ binding, action }) => {
    const keys = binding.keys.filter((key) => !usual.has(`${action.id} ${key}`));
    return keys.length > 0 ? [{ keys, label: action.label }] : [];
  });
}
