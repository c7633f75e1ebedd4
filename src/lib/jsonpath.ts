import { KctlError } from './errors.ts';
import { goQuoted, goSyntax, goValue } from './go-value.ts';
import { toCompactJson } from './json.ts';
import { TemplateRun } from './jsonpath/evaluate.ts';
import { FloatLiteral, PathError } from './jsonpath/nodes.ts';
import { parseTemplate } from './jsonpath/parse.ts';

export interface JsonPathOptions {
  /** Default true: a missing key prints nothing. False makes it an error, `x is not found`. */
  allowMissingKeys?: boolean;
  /** Default true: failures say that they are about a template, and show it and the object. False: the bare reason. */
  explains?: boolean;
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
export function compileJsonPath(
  template: string,
  { allowMissingKeys = true, explains = true }: JsonPathOptions = {},
): JsonPath {
  const worded = <T>(run: () => T, words: (reason: string) => string): T => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      throw new KctlError('usage', explains ? words(error.message) : error.message, { cause: error });
    }
  };
  const parts = worded(
    () => parseTemplate(template),
    (reason) => `error parsing jsonpath ${template}, ${reason}`,
  );
  const groups = (object: unknown) =>
    worded(
      () => new TemplateRun(parts, allowMissingKeys).results(object).map((values) => values.map(plain)),
      (reason) => explained(template, object, reason),
    );
  return {
    groups,
    find: (object) => groups(object).flat(),
    print: (object) =>
      groups(object)
        .map((values) => values.map(valueText).join(' '))
        .join(''),
  };
}

function explained(template: string, object: unknown, reason: string): string {
  return `error executing jsonpath ${goQuoted(template)}: Error executing template: ${reason}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(object)}\n\n\n`;
}

function plain(value: unknown): unknown {
  return value instanceof FloatLiteral ? value.value : value;
}

function valueText(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return '<no value>';
  return typeof value === 'object' ? toCompactJson(value) : goValue(value);
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
