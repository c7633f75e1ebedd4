/**
 * The part of YAML that kubeconfig writers produce: block maps and lists, scalars on one line, empty
 * or JSON-like flow collections, comments on their own lines. Loading the full YAML library costs
 * several times what the whole request does, so `get` pays for it only where a file needs more.
 * Whatever is not plainly of this part is declined, never guessed.
 */

interface Line {
  indent: number;
  text: string;
}

/** Thrown inside, to leave the file to the full parser. */
const declined = new Error('not plain YAML');

function decline(): never {
  throw declined;
}

/** The value of `text`, or undefined when only a full YAML parser can tell. An empty document is null. */
export function parsePlainYaml(text: string): { value: unknown } | undefined {
  try {
    if (/^\s*\{/.test(text)) return { value: JSON.parse(text) };
    const lines = splitLines(text);
    if (lines.length === 0) return { value: null };
    const parser = new BlockParser(lines);
    const value = parser.block(lines[0]!.indent);
    if (!parser.done) return undefined;
    return { value };
  } catch (error) {
    if (error === declined || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function splitLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const start = line.search(/\S/);
    if (start < 0 || line[start] === '#') continue;
    if (line.includes('\t') || line.startsWith('%') || line.startsWith('...')) decline();
    if (line.startsWith('---')) {
      if (line !== '---' || lines.length > 0) decline();
      continue;
    }
    lines.push({ indent: start, text: line.slice(start) });
  }
  return lines;
}

class BlockParser {
  readonly #lines: Line[];
  #at = 0;

  constructor(lines: Line[]) {
    this.#lines = lines;
  }

  get done(): boolean {
    return this.#at >= this.#lines.length;
  }

  block(indent: number): unknown {
    const first = this.#lines[this.#at]!;
    return isItem(first.text) ? this.#list(indent) : this.#map(indent);
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = [];
    for (
      let line = this.#lines[this.#at];
      line && line.indent === indent && isItem(line.text);
      line = this.#lines[this.#at]
    ) {
      const rest = line.text.slice(1).trimStart();
      if (rest === '') {
        this.#at += 1;
        items.push(this.#nested(indent, false));
      } else if (keyOf(rest) !== undefined || isItem(rest)) {
        const inner = indent + line.text.length - rest.length;
        this.#lines[this.#at] = { indent: inner, text: rest };
        items.push(this.block(inner));
      } else {
        this.#at += 1;
        items.push(this.#scalar(rest, indent));
      }
    }
    this.#endsAt(indent);
    return items;
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (
      let line = this.#lines[this.#at];
      line && line.indent === indent && !isItem(line.text);
      line = this.#lines[this.#at]
    ) {
      const key = keyOf(line.text) ?? decline();
      if (key === '__proto__') decline();
      const rest = line.text.slice(key.length + 1).trimStart();
      this.#at += 1;
      map[key] = rest === '' ? this.#nested(indent, true) : this.#scalar(rest, indent);
    }
    this.#endsAt(indent);
    return map;
  }

  /** The value on the lines below a key or a bare dash; lists may stand at their key's own column. */
  #nested(indent: number, underKey: boolean): unknown {
    const next = this.#lines[this.#at];
    if (!next) return null;
    if (next.indent > indent) return this.block(next.indent);
    return underKey && next.indent === indent && isItem(next.text) ? this.#list(indent) : null;
  }

  /** A scalar that runs on over deeper lines is YAML's folding, which is not ours. */
  #scalar(text: string, indent: number): unknown {
    if ((this.#lines[this.#at]?.indent ?? -1) > indent) decline();
    return parseScalar(text);
  }

  #endsAt(indent: number): void {
    const next = this.#lines[this.#at];
    if (next && next.indent > indent) decline();
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

function keyOf(text: string): string | undefined {
  return /^([A-Za-z_][\w./-]*):(?: |$)/.exec(text)?.[1];
}

/** Words and number forms on which YAML 1.1, YAML 1.2 and Go's parser differ are left to the library. */
const ambiguous = /^(?:y|n|yes|no|on|off|[-+.]?\.?\d[\w.:+-]*|[-+]?\.(?:inf|nan)|0[xob].*|=|<<)$/i;

function parseScalar(text: string): unknown {
  if (text[0] === '"')
    return /^"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"$/.test(text) ? JSON.parse(text) : decline();
  if (text[0] === "'") return /^'(?:[^']|'')*'$/.test(text) ? text.slice(1, -1).replaceAll("''", "'") : decline();
  if (text[0] === '{' || text[0] === '[') return JSON.parse(text);
  if (/^(?:~|null|Null|NULL)$/.test(text)) return null;
  if (/^(?:true|True|TRUE)$/.test(text)) return true;
  if (/^(?:false|False|FALSE)$/.test(text)) return false;
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (ambiguous.test(text) || /^(?!-[\w-])[^\w/.+~(]|: |:$| #/.test(text) || /[^\x20-\x7e]/.test(text)) decline();
  return text;
}
