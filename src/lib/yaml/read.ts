import { Composer, LineCounter, Parser, type ScalarTag } from 'yaml';
import { KctlError } from '../errors.ts';
import { exactNumber, parseExactJson } from '../exact-json.ts';
import { resolvePlain } from './resolve.ts';

const tag = (name: string): string => `tag:yaml.org,2002:${name}`;

/** Every plain scalar goes through `resolvePlain`; quoted ones never do. */
const plainScalar: ScalarTag = {
  tag: tag('plain'),
  default: true,
  test: /^(?:[~+\-.0-9]|$|[yYnNtTfFoO])/,
  resolve: (text) => resolvePlain(text),
};

/** The same, but integers that JavaScript would round are BigInts. */
const exactScalar: ScalarTag = {
  ...plainScalar,
  resolve: (text) => {
    const value = resolvePlain(text);
    return typeof value === 'number' ? exactNumber(text.replaceAll('_', '').replace(/^\+/, ''), value) : value;
  },
};

const explicitTags: ScalarTag[] = [
  { tag: tag('int'), resolve: (text) => resolvePlain(text) },
  { tag: tag('float'), resolve: (text) => Number(resolvePlain(text)) },
  { tag: tag('bool'), resolve: (text) => resolvePlain(text) },
  { tag: tag('null'), resolve: () => null },
  { tag: tag('timestamp'), resolve: (text) => text },
  { tag: tag('binary'), resolve: (text) => Buffer.from(text, 'base64').toString('utf8') },
];

/**
 * All documents of a YAML or JSON text, as kubectl reads them (YAML 1.1 flavour); empty documents are
 * left out. `source` is what messages call the text: a file name, `STDIN`. With `exact`, integers that JavaScript would
 * round are BigInts (see exact-json.ts).
 * @throws KctlError `input`, one line that names the source and, for YAML, the line
 */
export function parseYamlDocuments(text: string, source: string, exact = false): unknown[] {
  const json = asJson(text, exact);
  if (json) return json;
  return [...documentsOf(text, source, exact)];
}

/**
 * The first document that is not empty, undefined without one. What follows is read only as far as it takes to see where
 * the document ends.
 * @throws KctlError as `parseYamlDocuments`
 */
export function parseFirstYamlDocument(text: string, source: string, exact = false): unknown {
  const json = asJson(text, exact);
  if (json) return json[0];
  for (const value of documentsOf(text, source, exact)) return value;
  return undefined;
}

function* documentsOf(text: string, source: string, exact: boolean): Generator<unknown> {
  const lineCounter = new LineCounter();
  const parser = new Parser(lineCounter.addNewLine);
  const composer = new Composer({
    schema: 'failsafe',
    merge: true,
    customTags: (tags) => [exact ? exactScalar : plainScalar, ...explicitTags, ...tags],
    uniqueKeys: false,
    stringKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter,
  });
  for (const document of composer.compose(parser.parse(text.replace(/^\ufeff/, '')))) {
    const [problem] = document.errors;
    if (problem) throw syntaxError(source, lineCounter.linePos(problem.pos[0]).line, problem.message);
    const value = readDocument(() => document.toJS({ maxAliasCount: 1000 }), source);
    if (value !== null && value !== undefined) yield value;
  }
}

/** One JSON value, or several objects in a row; undefined where the text is not JSON. */
function asJson(text: string, exact: boolean): unknown[] | undefined {
  const parse = exact ? parseExactJson : JSON.parse;
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return [parse(text) as unknown];
  } catch {
    // Flow-style YAML also begins with a brace.
    return asJsonStream(text, parse);
  }
}

const JSON_TOKEN = /"(?:[^"\\]|\\.)*"|[{[]|[}\]]/gs;

function asJsonStream(text: string, parse: (text: string) => unknown): unknown[] | undefined {
  const values: unknown[] = [];
  let depth = 0;
  let start = 0;
  try {
    for (const match of text.matchAll(JSON_TOKEN)) {
      if (match[0] === '{' || match[0] === '[') depth++;
      else if ((match[0] === '}' || match[0] === ']') && --depth === 0) {
        values.push(parse(text.slice(start, match.index + 1)));
        start = match.index + 1;
      }
    }
  } catch {
    return undefined;
  }
  return text.slice(start).trim() === '' ? values : undefined;
}

function readDocument(read: () => unknown, source: string): unknown {
  try {
    return read();
  } catch (error) {
    throw new KctlError(
      'input',
      `error parsing ${source}: error converting YAML to JSON: yaml: ${lowerFirst((error as Error).message)}`,
      { cause: error },
    );
  }
}

function syntaxError(source: string, line: number, message: string): KctlError {
  const [first = ''] = message.split('\n');
  return new KctlError(
    'input',
    `error parsing ${source}: error converting YAML to JSON: yaml: line ${line}: ${lowerFirst(first)}`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
