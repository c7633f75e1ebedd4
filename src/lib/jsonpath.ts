import { KctlError } from './errors.ts';
import { toCompactJson } from './json.ts';
import { evaluate, PathError } from './jsonpath/evaluate.ts';
import type { TemplatePart } from './jsonpath/nodes.ts';
import { executionError, parseTemplate } from './jsonpath/parse.ts';

export interface JsonPathOptions {
  /** Default true: a missing key prints nothing. False makes it an error, `x is not found`. */
  allowMissingKeys?: boolean;
}

export interface JsonPath {
  /** The text of `-o jsonpath=`. */
  print(object: unknown): string;
  /** All values that the paths of the template find, in order. */
  find(object: unknown): unknown[];
  /** The values per path (and per literal text), as `-o jsonpath-as-json` prints them. */
  groups(object: unknown): unknown[][];
}

/**
 * Compiles a template of kubectl's JSONPath dialect (client-go util/jsonpath).
 * @throws KctlError `usage` with kubectl's wording; `print`, `find` and `groups` throw the same for failures on an object
 */
export function compileJsonPath(template: string, options: JsonPathOptions = {}): JsonPath {
  const parts = parseTemplate(template);
  const allowMissing = options.allowMissingKeys ?? true;
  const groups = (object: unknown) => {
    const results: unknown[][] = [];
    try {
      run(parts, object, allowMissing, results);
    } catch (error) {
      if (error instanceof PathError) throw executionError(template, error.message);
      throw error;
    }
    return results;
  };
  return {
    groups,
    find: (object) => groups(object).flat(),
    print: (object) =>
      groups(object)
        .map((values) => values.map(valueText).join(' '))
        .join(''),
  };
}

function run(parts: readonly TemplatePart[], current: unknown, allowMissing: boolean, results: unknown[][]): void {
  for (const part of parts) {
    if (part.type === 'text') results.push([part.text]);
    else if (part.type === 'path') results.push(evaluate([current], part.steps, allowMissing));
    else {
      for (const value of evaluate([current], part.steps, allowMissing)) run(part.body, value, allowMissing, results);
    }
  }
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : toCompactJson(value);
}

const RELAXED = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/;

/**
 * The form without braces that `--sort-by` and custom-columns take: `metadata.name`, `.metadata.name`,
 * `{metadata.name}` → `{.metadata.name}`.
 * @throws KctlError `usage`
 */
export function relaxedJsonPath(expression: string): string {
  if (expression === '') return '';
  const match = RELAXED.exec(expression);
  if (!match) {
    throw new KctlError(
      'usage',
      "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'",
    );
  }
  return `{.${match[1] ?? match[2]}}`;
}
