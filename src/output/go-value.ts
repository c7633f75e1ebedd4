import { goNumberText } from '../lib/go-number.ts';

/** A value as Go's fmt prints it with %v: `[a b]`, `map[a:1 b:2]` with sorted keys, `<nil>`. */
export function goValueText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return goNumberText(value);
  if (Array.isArray(value)) return `[${value.map(goValueText).join(' ')}]`;
  if (typeof value === 'object') {
    const fields = value as Record<string, unknown>;
    const pairs = Object.keys(fields)
      .sort()
      .map((key) => `${key}:${goValueText(fields[key])}`);
    return `map[${pairs.join(' ')}]`;
  }
  return String(value);
}
