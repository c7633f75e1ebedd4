import type { KubeObject } from '../../api/meta.ts';
import { goValueText } from '../go-value.ts';
import { annotations, events, labels, layout, name, namespace } from './layout.ts';
import type { DescribeText } from './text.ts';

/** Shown by the head of the description, or noise. */
const SKIPPED = new Set([
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
  '.metadata.managedFields',
]);
const ACRONYMS = new Set(['API', 'URL', 'UID', 'OSB', 'GUID']);

/** Any kind: its metadata, then every field under a title made of its name. */
export const describeGeneric = layout(
  name,
  namespace,
  labels,
  annotations,
  (out, object) => writeFields(out, 0, object, ''),
  events,
);

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function writeFields(
  out: DescribeText,
  level: number,
  fields: Record<string, unknown> | KubeObject,
  path: string,
): void {
  for (const field of Object.keys(fields).sort()) {
    const inner = `${path}.${field}`;
    if (SKIPPED.has(inner)) continue;
    const value = fields[field];
    const title = fieldTitle(field);
    if (isFields(value)) {
      out.line(level, `${title}:`);
      writeFields(out, level + 1, value, inner);
    } else if (Array.isArray(value)) {
      out.line(level, `${title}:`);
      for (const item of value) {
        if (isFields(item)) writeFields(out, level + 1, item, inner);
        else out.line(level + 1, goValueText(item));
      }
    } else out.field(level, title, goValueText(value));
  }
}

/** `sizeLimit` → `Size Limit`, `podIP` → `Pod IP`, `apiVersion` → `API Version`; names with digits or dots stay. */
export function fieldTitle(field: string): string {
  if (/[^\p{L}-]/u.test(field)) return field;
  return wordsOf(field)
    .map((word) => (ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : capitalised(word)))
    .join(' ');
}

/** Runs of one class of letter, where the last capital before small letters belongs to them: `URLPath` → `URL`, `Path`. */
function wordsOf(field: string): string[] {
  const words = field.match(/\p{Ll}+|\p{Lu}+|[^\p{Ll}\p{Lu}]+/gu) ?? [];
  for (const [index, word] of words.entries()) {
    const next = words[index + 1];
    if (next === undefined || !/^\p{Lu}/u.test(word) || !/^\p{Ll}/u.test(next)) continue;
    const capitals = [...word];
    words[index + 1] = `${capitals.pop()}${next}`;
    words[index] = capitals.join('');
  }
  return words.filter((word) => word !== '');
}

function capitalised(word: string): string {
  const [first = '', ...rest] = word;
  return first.toUpperCase() + rest.join('');
}
