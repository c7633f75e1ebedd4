/** A schema as far as paths lead through it. */
export interface PathSchema {
  type?: string;
  properties?: Readonly<Record<string, PathSchema>>;
  additionalProperties?: PathSchema | boolean;
}

const ESCAPED: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '\\': '\\',
};

/** A path of a rule or of a selectable field: where it leads, or why it leads nowhere. */
export type FieldPath = { path: string; schema: PathSchema; steps: readonly string[] } | { problem: string };

/**
 * Reads `.spec.x` or `.labels['a.b']` against a schema (apiextensions-apiserver,
 * pkg/apiserver/schema/cel/validation.go, ValidFieldPath).
 */
export function readFieldPath(text: string, root: PathSchema, allowsBrackets = true): FieldPath {
  const tokens = text.match(/'(?:\\.|[^'\\])*'|[.[\]]|[^.[\]]+/g) ?? [];
  let schema = root;
  let path = '';
  const steps: string[] = [];
  const step = (name: string): string | undefined => {
    const child = schema.properties ? schema.properties[name] : schema.additionalProperties;
    if (typeof child !== 'object') return 'does not refer to a valid field';
    path += schema.properties ? `.${name}` : `[${name}]`;
    schema = child;
    steps.push(name);
    return undefined;
  };
  for (let at = 0; at < tokens.length; ) {
    const token = tokens[at++];
    const name = tokens[at++];
    if (token !== '.' && token !== '[') return { problem: `expected [ or . but got: ${token}` };
    if (token === '[' && !allowsBrackets) return { problem: 'array notation is not allowed' };
    if (name === undefined) return { problem: 'unexpected end of JSON path' };
    const key = token === '.' ? name : unquoted(name);
    if (typeof key !== 'string') return key;
    const problem = step(key);
    if (problem) return { problem };
    if (token === '.') continue;
    const close = tokens[at++];
    if (close === undefined) return { problem: 'unexpected end of JSON path' };
    if (close !== ']') return { problem: `expected ] but got ${close}` };
  }
  return { path, schema, steps };
}

function unquoted(token: string): string | { problem: string } {
  if (!/^'.*'$/s.test(token) || token.length < 2) return { problem: `expected single quoted string but got ${token}` };
  let wrong: string | undefined;
  const text = token.slice(1, -1).replace(/\\./g, (whole) => {
    const char = ESCAPED[whole[1]!];
    if (char === undefined) wrong ??= whole;
    return char ?? '';
  });
  return wrong === undefined ? text : { problem: `invalid string literal: invalid escape char ${wrong}` };
}
