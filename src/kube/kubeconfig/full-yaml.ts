import { parseDocument } from 'yaml';

export interface FullYaml {
  value: unknown;
  /** What is wrong with the text, in one line. */
  problem: { words: string; line: number | undefined; cause: Error } | undefined;
}

/**
 * Reads a kubeconfig with the YAML library, in the flavour Go reads: YAML 1.1, the last of equal keys.
 * A module of its own, so that the library is loaded only where `plain-yaml.ts` declines: bundles get
 * the names of a CommonJS package wrong where the package itself is what is imported late.
 */
export function readFullYaml(text: string): FullYaml {
  const document = parseDocument(text, { version: '1.1', uniqueKeys: false, prettyErrors: true, merge: true });
  const error = document.errors[0];
  if (!error) return { value: document.toJS(), problem: undefined };
  const words = error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
  return { value: undefined, problem: { words, line: error.linePos?.[0].line, cause: error } };
}
