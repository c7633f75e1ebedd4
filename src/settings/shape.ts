import { nearestName } from '../lib/nearest-name.ts';

/** JSON Schema (draft 2020-12), as far as files of settings need it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** One thing that is wrong in a file: where (`dashboard.keys.delete[0]`), and what would do. */
export interface Mistake {
  at: string;
  text: string;
}

/**
 * What a value in a file that people write may be. One description reads it, says what is wrong with it, and is
 * the JSON Schema that editors complete it by.
 */
export interface Shape<Value> {
  /** @returns what can be used of `raw`; undefined where none of it can. Mistakes are told, each where it is. */
  read(raw: unknown, at: string, tell: (mistake: Mistake) => void): Value | undefined;
  readonly schema: JsonSchema;
}

/** What a shape reads. */
export type ReadOf<Described> = Described extends Shape<infer Value> ? Value : never;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type ReadFields<Described extends Fields> = { -readonly [Name in keyof Described]?: ReadOf<Described[Name]> };

function isMap(raw: unknown): raw is Record<string, unknown> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

const child = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

/** What stands in the file, short enough for a message. */
function shown(raw: unknown): string {
  const text = JSON.stringify(raw) ?? String(raw);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function scalar<Value>(schema: JsonSchema, wanted: string, holds: (raw: unknown) => boolean): Shape<Value> {
  return {
    schema,
    read(raw, at, tell) {
      if (holds(raw)) return raw as Value;
      tell({ at, text: `${wanted}, not ${shown(raw)}` });
      return undefined;
    },
  };
}

export function flag(about: string): Shape<boolean> {
  return scalar({ type: 'boolean', description: about }, 'has to be true or false', (raw) => typeof raw === 'boolean');
}

/** @param pattern what the whole text has to match, with the words that say so */
export function text(about: string, pattern?: { of: RegExp; words: string }): Shape<string> {
  return scalar(
    { type: 'string', description: about, ...(pattern && { pattern: pattern.of.source }) },
    `has to be ${pattern ? pattern.words : 'a text'}`,
    (raw) => typeof raw === 'string' && (pattern === undefined || pattern.of.test(raw)),
  );
}

export function whole(about: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): Shape<number> {
  const upTo = maximum === Number.MAX_SAFE_INTEGER ? ` of at least ${minimum}` : ` from ${minimum} to ${maximum}`;
  return scalar(
    {
      type: 'integer',
      description: about,
      minimum,
      ...(maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    },
    `has to be a whole number${upTo}`,
    (raw) => Number.isInteger(raw) && (raw as number) >= minimum && (raw as number) <= maximum,
  );
}

export function choice<const Value extends string>(about: string, values: readonly Value[]): Shape<Value> {
  return {
    schema: { enum: values, description: about },
    read(raw, at, tell) {
      if (typeof raw === 'string' && (values as readonly string[]).includes(raw)) return raw as Value;
      const near = typeof raw === 'string' && values.length > 5 ? nearestName(raw, [...values]) : undefined;
      const hint = near ? `; did you mean "${near}"?` : values.length <= 8 ? `: ${values.join(', ')}` : '';
      tell({ at, text: `${shown(raw)} is none of those that there are${hint}` });
      return undefined;
    },
  };
}

/** A list; one that holds a mistake is read without it. */
export function list<Value>(about: string, item: Shape<Value>, most?: number): Shape<readonly Value[]> {
  return {
    schema: { type: 'array', description: about, items: item.schema, ...(most !== undefined && { maxItems: most }) },
    read(raw, at, tell) {
      if (!Array.isArray(raw)) {
        tell({ at, text: `has to be a list, not ${shown(raw)}` });
        return undefined;
      }
      if (most !== undefined && raw.length > most) tell({ at, text: `has more than ${most} entries` });
      return raw.slice(0, most).flatMap((one, index) => {
        const value = item.read(one, `${at}[${index}]`, tell);
        return value === undefined ? [] : [value];
      });
    },
  };
}

/** A map with names that users choose. */
export function map<Value>(about: string, value: Shape<Value>): Shape<Readonly<Record<string, Value>>> {
  return {
    schema: { type: 'object', description: about, additionalProperties: value.schema },
    read(raw, at, tell) {
      // `views:` with nothing under it is empty, not wrong.
      if (raw === null) return {};
      if (!isMap(raw)) {
        tell({ at, text: `has to be a map, not ${shown(raw)}` });
        return undefined;
      }
      const read = Object.entries(raw).flatMap(([name, one]): [string, Value][] => {
        const known = value.read(one, child(at, name), tell);
        return known === undefined ? [] : [[name, known]];
      });
      return Object.fromEntries(read);
    },
  };
}

/** A map with fixed names, each of which may be left out unless it is `required`; other names are mistakes. */
export function object<Described extends Fields, Required extends keyof Described & string = never>(
  about: string,
  fields: Described,
  required: readonly Required[] = [],
): Shape<ReadFields<Omit<Described, Required>> & { [Name in Required]: ReadOf<Described[Name]> }> {
  const names = Object.keys(fields);
  return {
    schema: {
      type: 'object',
      description: about,
      properties: Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])),
      additionalProperties: false,
      ...(required.length > 0 && { required }),
    },
    read(raw, at, tell) {
      if (!isMap(raw)) {
        tell({ at, text: `has to be a map, not ${shown(raw)}` });
        return undefined;
      }
      const read: Record<string, unknown> = {};
      for (const [name, one] of Object.entries(raw)) {
        // The schema that an editor completes the file by; whether it is ours is the editor's to say.
        if (name === '$schema') continue;
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (field) {
          const value = field.read(one, child(at, name), tell);
          if (value !== undefined) read[name] = value;
          continue;
        }
        const near = nearestName(name, names);
        const hint = near ? `; did you mean "${near}"?` : `; there are ${names.join(', ')}`;
        tell({ at: child(at, name), text: `there is no such setting${hint}` });
      }
      for (const name of required) {
        if (read[name] !== undefined) continue;
        if (!Object.hasOwn(raw, name)) tell({ at: child(at, name), text: 'is missing' });
        return undefined;
      }
      return read as ReadFields<Described> & { [Name in Required]: ReadOf<Described[Name]> };
    },
  };
}

/** One of several; which one it is meant to be, `pick` says by its look, so that mistakes are told of that one. */
export function either<First, Second>(
  first: Shape<First>,
  second: Shape<Second>,
  isFirst: (raw: unknown) => boolean,
): Shape<First | Second> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    read: (raw, at, tell) => (isFirst(raw) ? first : second).read(raw, at, tell),
  };
}

/** Everything that is wrong in a file, as one message. */
export function mistakesText(file: string, mistakes: readonly Mistake[]): string {
  return `${file} is not right:\n${mistakes.map(({ at, text: words }) => `  - ${at || 'the file'}: ${words}`).join('\n')}`;
}
