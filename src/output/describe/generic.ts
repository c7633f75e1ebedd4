import { goValueText } from '../go-value.ts';
import { writeEvents } from './events.ts';
import type { Describer } from './fetch.ts';
import { DescribeText, writeAnnotations, writeMap } from './text.ts';

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
export const describeGeneric: Describer = async (object, context) => {
  const out = new DescribeText();
  out.field(0, 'Name', object.metadata.name);
  out.field(0, 'Namespace', object.metadata.namespace);
  writeMap(out, 'Labels', object.metadata.labels);
  writeAnnotations(out, object.metadata.annotations);
  writeFields(out, 0, object, '');
  await writeEvents(out, object, context);
  return out.toString();
};

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function writeFields(out: DescribeText, level: number, fields: Record<string, unknown>, path: string): void {
  for (const name of Object.keys(fields).sort()) {
    const inner = `${path}.${name}`;
    if (SKIPPED.has(inner)) continue;
    const value = fields[name];
    const title = fieldTitle(name);
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
function fieldTitle(name: string): string {
  if (/[^\p{L}-]/u.test(name)) return name;
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+/g) ?? [name];
  return words
    .map((word) =>
      ACRONYMS.has(word.toUpperCase()) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1),
    )
    .join(' ');
}
