import { keyText, scalarText } from '../../lib/yaml/scalar.ts';
import { entriesOf, type Node, TAG } from './node.ts';
import { resolveScalar } from './resolve.ts';

/** A tree as YAML, in its own order and with its own quotes: for messages, and for patterns that are held to the text. */
export function printNode(node: Node): string {
  return print(node, () => {});
}

/** The line on which each key stands in the text of `printNode`, from 1. */
export function keyLines(node: Node): Map<Node, number> {
  const lines = new Map<Node, number>();
  print(node, (key, line) => lines.set(key, line));
  return lines;
}

function print(node: Node, onKey: (key: Node, line: number) => void): string {
  const lines = new Lines(onKey);
  if (isInline(node)) lines.push(inline(node));
  else block(node, '', '', lines);
  return lines.text;
}

class Lines {
  text = '';
  private count = 0;
  private readonly onKey: (key: Node, line: number) => void;

  constructor(onKey: (key: Node, line: number) => void) {
    this.onKey = onKey;
  }

  key(node: Node): void {
    this.onKey(node, this.count + 1);
  }

  push(text: string): void {
    this.text += `${text}\n`;
    this.count += text.split('\n').length;
  }
}

const isInline = (node: Node): boolean => node.kind === 'scalar' || node.content.length === 0 || node.style === 'flow';

function block(node: Node, first: string, indent: string, lines: Lines): void {
  let lead = first;
  if (node.kind === 'seq') {
    for (const item of node.content) {
      if (isInline(item)) lines.push(`${lead}- ${inline(item, `${indent}  `)}`);
      else block(item, `${lead}- `, `${indent}  `, lines);
      lead = indent;
    }
    return;
  }
  for (const [key, value] of entriesOf(node)) {
    lines.key(key);
    const name = `${lead}${key.style === '' ? keyText(key.value) : inline(key)}:`;
    if (isInline(value)) lines.push(`${name} ${inline(value, `${indent}  `)}`);
    else {
      lines.push(name);
      const inner = value.kind === 'seq' ? indent : `${indent}  `;
      block(value, inner, inner, lines);
    }
    lead = indent;
  }
}

function inline(node: Node, indent = ''): string {
  if (node.kind === 'seq') return `[${node.content.map((item) => inline(item)).join(', ')}]`;
  if (node.kind === 'map') {
    return `{${Array.from(entriesOf(node), ([key, value]) => `${inline(key)}: ${inline(value)}`).join(', ')}}`;
  }
  const { value, style, tag } = node;
  if (style === 'double') return JSON.stringify(value);
  if (style === 'single') return `'${value.replaceAll("'", "''")}'`;
  if (value.includes('\n')) return scalarText(value, indent, 0);
  return tag === TAG.str && resolveScalar(value).tag !== TAG.str ? JSON.stringify(value) : value;
}
