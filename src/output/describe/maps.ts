import { type DescribeText, NONE } from './text.ts';

/** The longest annotation that stands on one line with its key, in bytes; longer ones are cut there. */
export const LONGEST_ANNOTATION = 140;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Texts = Readonly<Record<string, string>> | undefined | null;

/** `key=value` in the order of keys. */
export function mapLines(map: Texts): string[] {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${map?.[key]}`);
}

/** One `key=value` per line under `title`; `indent` stands before the title and its continuation. */
export function writeMap(out: DescribeText, title: string, map: Texts, indent = ''): void {
  out.list(title, mapLines(map), indent);
}

/** The same for annotations: long values and values of several lines stand below their key, cut at 140 bytes. */
export function writeAnnotations(out: DescribeText, annotations: Texts, indent = ''): void {
  const keys = Object.keys(annotations ?? {})
    .filter((key) => key !== LAST_APPLIED)
    .sort();
  out.print(0, `${indent}Annotations:\t`);
  if (keys.length === 0) out.line(0, NONE);
  for (const [index, key] of keys.entries()) {
    if (index > 0) out.print(0, '\t');
    const value = (annotations?.[key] ?? '').replace(/\n$/, '');
    if (Buffer.byteLength(value) + Buffer.byteLength(key) + 2 <= LONGEST_ANNOTATION && !value.includes('\n')) {
      out.line(0, `${key}: ${value}`);
      continue;
    }
    out.line(0, `${key}:`);
    for (const line of value.split('\n')) out.line(0, `\t  ${shorten(line, LONGEST_ANNOTATION - 2)}`);
  }
}

/** Cut to `length` bytes, never inside a character; what was cut shows as dots. */
export function shorten(text: string, length: number): string {
  if (text.length <= length / 4) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= length) return text;
  let end = length;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}...`;
}
