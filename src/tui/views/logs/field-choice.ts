import { structuredLine } from '../../../store/logs/structured.ts';
import type { PickerItem } from '../../state/picker.ts';
import { plainText } from './log-filter.ts';
import type { LogsModel } from './logs-model.ts';

/** So many of the newest lines are asked which fields there are. */
const lookedAt = 500;

/** Fields of the lines that are data, those within fields with a dot, the most frequent first; chosen ones lead. */
export function fieldChoice(model: LogsModel): PickerItem[] {
  const { shown, ring } = model;
  const counts = new Map<string, number>();
  for (let index = Math.max(0, shown.length - lookedAt); index < shown.length; index++) {
    const entry = ring.at(shown.seqAt(index));
    const data = entry.note ? undefined : structuredLine(plainText(entry.text));
    for (const name of data ? pathsOf(data.root) : []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const chosen = model.fieldNames;
  const names = [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const all = [...chosen, ...names.filter((name) => !chosen.includes(name))];
  return all.map((name) => ({ id: name, label: name, on: chosen.includes(name) }));
}

function pathsOf(root: Readonly<Record<string, unknown>>, before = ''): string[] {
  return Object.entries(root).flatMap(([name, value]) => {
    const path = before + name;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && before === '' ? [path, ...pathsOf(value as Record<string, unknown>, `${path}.`)] : [path];
  });
}
