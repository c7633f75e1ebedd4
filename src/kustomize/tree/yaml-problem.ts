import type { YAMLError } from 'yaml';

/** go-yaml's words for what the yaml package calls by a code; `shift` lines after the package's place. */
const WORDS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'did not find expected key',
  MISSING_CHAR: "could not find expected ':'",
  TAB_AS_INDENT: 'found character that cannot start any token',
  BLOCK_IN_FLOW: "did not find expected ',' or ']'",
  UNEXPECTED_TOKEN: 'did not find expected key',
  BAD_ALIAS: 'did not find expected alphabetic or numeric character',
  MULTILINE_IMPLICIT_KEY: "could not find expected ':'",
  BAD_DQ_ESCAPE: 'found unknown escape character',
};

/** What is wrong with a text, as kustomize says it: `yaml: line 3: did not find expected key`. */
export function yamlProblem(text: string, { code, message, pos }: YAMLError, line: number): string {
  if (message.startsWith('Nested mappings are not allowed')) {
    return `yaml: line ${line}: mapping values are not allowed in this context`;
  }
  const [start] = pos;
  if (text[start] === '\t') return `yaml: line ${line}: ${WORDS.TAB_AS_INDENT}`;
  const words = WORDS[code] ?? `${message.charAt(0).toLowerCase()}${message.slice(1).split('\n')[0]}`;
  return `yaml: line ${line}: ${words}`;
}
