import { canonicalQuantity, parseQuantity, Quantity } from '../../lib/quantity.ts';

/** Texts that stand for something else, in the form in which a server stores them, or its words for what they are not. */

const known = new Map<string, string>();
const mostKnown = 2000;

/**
 * `1000m` → `1`.
 * @throws KctlError `input` with the server's wording
 */
export function storedQuantity(value: unknown): string {
  const text = String(value);
  const found = known.get(text);
  if (found !== undefined) return found;
  const canonical = canonicalQuantity(text);
  if (known.size >= mostKnown) known.clear();
  known.set(text, canonical);
  return canonical;
}

const milli = 1_000_000n;

/** Amounts of resources are kept to the thousandth; what is finer rounds up. */
export function storedAmount(value: unknown): string {
  const text = storedQuantity(value);
  if (!/[nu]$/.test(text)) return text;
  const { nano, format } = parseQuantity(text);
  const rest = nano % milli;
  if (rest === 0n) return text;
  return new Quantity(nano - rest + (rest > 0n ? milli : 0n), format).toString();
}

/** Where Go's strict decoder stops in a text that is not base64; undefined where it does not. */
export function badBase64(text: string): number | undefined {
  const plain = text.replace(/[\r\n]/g, '');
  if (plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain)) return undefined;
  const stop = plain.search(/[^A-Za-z0-9+/]/);
  if (stop < 0) return plain.length - (plain.length % 4);
  if (plain[stop] !== '=' || stop % 4 < 2) return stop;
  const wanted = 4 - (stop % 4);
  const padding = /^=*/.exec(plain.slice(stop))![0].length;
  if (padding < wanted) return stop + padding < plain.length ? stop + padding : plain.length;
  return stop + wanted < plain.length ? stop + wanted : undefined;
}

/** The parts of a time, in Go's notation, with what each must look like. */
const timeParts: readonly [layout: string, pattern: RegExp][] = [
  ['2006', /^\d{4}/],
  ['-', /^-/],
  ['01', /^\d\d/],
  ['-', /^-/],
  ['02', /^\d\d/],
  ['T', /^T/],
  ['15', /^\d\d/],
  [':', /^:/],
  ['04', /^\d\d/],
  [':', /^:/],
  ['05', /^\d\d([.,]\d+)?/],
  ['Z07:00', /^(Z|[+-]\d\d:\d\d)/],
];

/** The same with a fraction of six digits, which may go on. */
const microTimeParts: typeof timeParts = [
  ...timeParts.slice(0, -2),
  ['05', /^\d\d/],
  ['.000000', /^[.,]\d{6}/],
  timeParts.at(-1)!,
];

/** Numbers that a text may not have, once it has the form of a time. */
const limits: Readonly<Record<string, { name: string; least: number; most: number } | undefined>> = {
  '01': { name: 'month', least: 1, most: 12 },
  '15': { name: 'hour', least: 0, most: 23 },
  '04': { name: 'minute', least: 0, most: 59 },
  '05': { name: 'second', least: 0, most: 59 },
};

const layouts = { time: '2006-01-02T15:04:05Z07:00', microTime: '2006-01-02T15:04:05.000000Z07:00' } as const;

/** As servers write it: nothing to change. Days that not every month has are looked at in full. */
const PLAIN_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** RFC 3339 in UTC, or what Go says of a text that is no time. */
export function storedTime(text: string, kind: keyof typeof layouts): { value: string } | { problem: string } {
  if (kind === 'time' && PLAIN_TIME.test(text)) return { value: text };
  const quoted = JSON.stringify(text);
  let rest = text;
  for (const [layout, pattern] of kind === 'microTime' ? microTimeParts : timeParts) {
    const match = pattern.exec(rest);
    if (!match) {
      const problem = `parsing time ${quoted} as ${JSON.stringify(layouts[kind])}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`;
      return { problem };
    }
    rest = rest.slice(match[0].length);
    const bounds = limits[layout];
    const number = Number.parseInt(match[0], 10);
    if (bounds && (number < bounds.least || number > bounds.most)) {
      return { problem: `parsing time ${quoted}: ${bounds.name} out of range` };
    }
  }
  if (rest !== '') return { problem: `parsing time ${quoted}: extra text: ${JSON.stringify(rest)}` };
  const at = Date.parse(text.replace(',', '.'));
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  if (Number.isNaN(at) || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) {
    return { problem: `parsing time ${quoted}: day out of range` };
  }
  const seconds = new Date(at).toISOString().slice(0, 19);
  const fraction = /[.,](\d+)/.exec(text)?.[1] ?? '';
  return { value: kind === 'time' ? `${seconds}Z` : `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z` };
}
