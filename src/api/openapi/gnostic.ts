import { WireWriter } from '../protobuf/wire-writer.ts';

interface GnosticField {
  number: number;
  type: string;
  isList: boolean;
}

export interface GnosticMessage {
  fields: ReadonlyMap<string, GnosticField>;
  /** The number of the vendor extensions. */
  extensions: number | undefined;
  /** How a message that is not a plain record is written; gets the value and writes its fields. */
  shape: Shape | undefined;
}

/**
 * - `map:N:Value` every key becomes an entry N of name (1) and value (2) of the type Value
 * - `list:N:Value` the value, or each of a list of values, becomes field N
 * - `ref:N:Value:M:Reference` an object with a `$ref` becomes field M, any other field N
 * - `bool:N:Value:M` true or false becomes field M, anything else field N
 * - `in:body:N:Body:M:Other` by what its `in` says
 */
type Shape = readonly string[];

/**
 * Reads what a `.proto` file of gnostic declares: one message a line, `Name number:key:type ...`. A type is
 * - `s` string, `b` boolean, `l` integer, `d` number, `a` any value (as YAML text)
 * - the name of a message
 * with `*` before it where the field repeats. The field with the key `x-` takes all keys that begin so.
 * `=shape` in place of fields is for messages that are no records; see `Shape`.
 */
export function gnosticTable(text: string): ReadonlyMap<string, GnosticMessage> {
  const messages = new Map<string, GnosticMessage>();
  for (const line of text.trim().split('\n')) {
    const [name = '', ...cells] = line.split(' ');
    const fields = new Map<string, GnosticField>();
    let extensions: number | undefined;
    let shape: Shape | undefined;
    for (const cell of cells) {
      if (cell.startsWith('=')) {
        shape = cell.slice(1).split(':');
        continue;
      }
      const [number = '', key = '', type = ''] = cell.split(':');
      if (key === 'x-') extensions = Number(number);
      else {
        const isList = type.startsWith('*');
        fields.set(key, { number: Number(number), type: isList ? type.slice(1) : type, isList });
      }
    }
    messages.set(name, { fields, extensions, shape });
  }
  return messages;
}

type Scalar = (out: WireWriter, number: number, value: unknown) => void;

const scalars: Readonly<Record<string, Scalar>> = {
  s: (out, number, value) => out.stringField(number, String(value)),
  b: (out, number, value) => out.varintField(number, value ? 1 : 0),
  l: (out, number, value) => out.varintField(number, Number(value)),
  d: (out, number, value) => out.doubleField(number, Number(value)),
  // Any.yaml: JSON is YAML, too.
  a: (out, number, value) => {
    const mark = out.size;
    out.stringField(2, `${JSON.stringify(value)}\n`);
    out.messageField(number, mark);
  },
  // DefaultType of the third version: a number, a boolean or a text; of other defaults it says that there is one.
  default: (out, number, value) => {
    const mark = out.size;
    if (typeof value === 'number') out.doubleField(1, value);
    else if (typeof value === 'boolean') out.varintField(2, value ? 1 : 0);
    else if (typeof value === 'string') out.stringField(3, value);
    out.messageField(number, mark);
  },
};

/** The bytes of `document`, whose message is `Document`. Written back to front, as the writer wants it. */
export function encodeGnostic(table: ReadonlyMap<string, GnosticMessage>, document: object): Buffer {
  const out = new WireWriter(1 << 20);

  const field = (number: number, type: string, value: unknown): void => {
    const scalar = scalars[type];
    if (scalar) {
      scalar(out, number, value);
      return;
    }
    const mark = out.size;
    message(type, value);
    out.messageField(number, mark);
  };

  const entry = (number: number, name: string, type: string, value: unknown): void => {
    const mark = out.size;
    field(2, type, value);
    out.stringField(1, name);
    out.messageField(number, mark);
  };

  const shapes: Readonly<Record<string, (value: never, ...rest: string[]) => void>> = {
    map: (value: object, number = '', type = '') => {
      for (const [name, one] of Object.entries(value).reverse()) entry(Number(number), name, type, one);
    },
    list: (value: unknown, number = '', type = '') => {
      for (const one of (Array.isArray(value) ? value : [value]).reverse()) field(Number(number), type, one);
    },
    ref: (value: { $ref?: string }, number = '', type = '', other = '', reference = '') => {
      if (value.$ref === undefined) field(Number(number), type, value);
      else field(Number(other), reference, value);
    },
    bool: (value: unknown, number = '', type = '', other = '') => {
      if (typeof value === 'boolean') field(Number(other), 'b', value);
      else field(Number(number), type, value);
    },
    in: (value: { in?: string }, ...cases: string[]) => {
      for (let at = 0; at < cases.length; at += 3) {
        if (value.in === cases[at]) field(Number(cases[at + 1]), cases[at + 2]!, value);
      }
    },
  };

  const message = (type: string, value: unknown): void => {
    const { fields, extensions, shape } = table.get(type)!;
    if (shape) {
      shapes[shape[0]!]!(value as never, ...shape.slice(1));
      return;
    }
    for (const [key, one] of Object.entries(value as object).reverse()) {
      if (extensions !== undefined && key.startsWith('x-')) entry(extensions, key, 'a', one);
      const known = fields.get(key);
      if (!known || one === undefined) continue;
      if (known.isList) for (const item of [...(one as unknown[])].reverse()) field(known.number, known.type, item);
      else field(known.number, known.type, one);
    }
  };

  message('Document', document);
  return out.finish();
}
