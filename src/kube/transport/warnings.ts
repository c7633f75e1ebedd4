/** Hands each distinct text of a `Warning: 299 - "text"` header (RFC 7234, 5.5) on once. */
export class WarningHub {
  readonly #seen = new Set<string>();
  readonly #handlers: ((text: string) => void)[] = [];

  onWarning(handler: (text: string) => void): void {
    this.#handlers.push(handler);
  }

  take(header: string | string[] | undefined): void {
    if (header === undefined || this.#handlers.length === 0) return;
    for (const text of parseWarnings(Array.isArray(header) ? header.join(', ') : header)) {
      if (this.#seen.has(text)) continue;
      this.#seen.add(text);
      for (const handler of this.#handlers) handler(text);
    }
  }
}

/** The texts of the warnings with code 299; a date may follow each. */
export function parseWarnings(header: string): string[] {
  const texts: string[] = [];
  for (const match of header.matchAll(/(\d{3}) \S+ "((?:[^"\\]|\\.)*)"(?: "[^"]*")?/g)) {
    if (match[1] === '299') texts.push(match[2]!.replace(/\\(.)/g, '$1'));
  }
  return texts;
}
