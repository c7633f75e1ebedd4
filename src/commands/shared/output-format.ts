import { KctlError } from '../../lib/errors.ts';
import { goQuoted } from '../../lib/go-value.ts';

/** `-o jsonpath={.a}` taken apart. */
export interface OutputFormat {
  /** '' where `-o` was not given. */
  name: string;
  /** What followed the format: a template, a path expression, columns or the name of a file. */
  argument: string | undefined;
}

/** `-o` with the flags that go with it. */
export interface ResultOutput {
  format: OutputFormat;
  allowMissingKeys: boolean;
  showManagedFields: boolean;
}

/** Formats that print objects, in kubectl's order of messages. */
export const objectFormats = [
  'go-template',
  'go-template-file',
  'json',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'name',
  'template',
  'templatefile',
  'yaml',
] as const;

/** What `get` prints besides. */
export const getFormats = ['custom-columns', 'custom-columns-file', ...objectFormats, 'wide'].sort();

/** Formats of kctl's own beside those of kubectl that they belong to; who calls `kubectl` has none of them. */
const ownFormats: Readonly<Record<string, { beside: string; about: string }>> = {
  neat: { beside: 'yaml', about: 'what one would have written: no status, no defaults' },
  decoded: { beside: 'yaml', about: 'secrets and certificates as text' },
  md: { beside: 'wide', about: 'a Markdown table' },
  csv: { beside: 'wide', about: 'comma separated values' },
  layers: { beside: 'wide', about: 'of pods: the layers of their images, and which are on their nodes' },
  tree: { beside: 'wide', about: 'each object with what it owns' },
};

/** Those of kctl's own formats that stand beside one of `formats`, for flags. */
export function ownFormatsBeside(formats: readonly string[]): Readonly<Record<string, string>> {
  const beside = Object.entries(ownFormats).filter(([, one]) => formats.includes(one.beside));
  return Object.fromEntries(beside.map(([name, { about }]) => [name, about]));
}

/** Formats whose argument may also come in `--template`. */
const withArgument = new Set([
  'custom-columns',
  'custom-columns-file',
  'go-template',
  'go-template-file',
  'jsonpath',
  'jsonpath-as-json',
  'jsonpath-file',
  'template',
  'templatefile',
]);

/** Own formats whose argument is `wide`. */
const mayBeWide = new Set(['md', 'csv']);

/** Formats that kubectl takes in any case. */
const inAnyCase = new Set(['json', 'yaml', 'kyaml', 'name']);

/**
 * @param text the value of `-o`
 * @param template the value of `--template`, used where the format stands without an argument
 * @param tool kctl's own formats are there for `kctl`; absent: they are not
 * @throws KctlError `usage` with kubectl's sentence and the formats that are allowed
 */
export function parseOutputFormat(
  text: string,
  template: string,
  allowed: readonly string[],
  tool = 'kubectl',
): OutputFormat {
  if (text === '' && template !== '') return { name: 'go-template', argument: template };
  if (text === '') return { name: '', argument: undefined };
  const equals = template === '' ? text.indexOf('=') : -1;
  const head = equals < 0 ? text : text.slice(0, equals);
  const name = inAnyCase.has(text.toLowerCase()) ? text.toLowerCase() : head;
  // KYAML came after the version whose messages these are, so that they do not name it.
  const own = tool !== 'kubectl' && Object.hasOwn(ownFormats, head) ? ownFormats[head]! : undefined;
  if (own && allowed.includes(own.beside)) {
    const argument = equals >= 0 ? text.slice(equals + 1) : undefined;
    if (argument === undefined || (argument === 'wide' && mayBeWide.has(head))) return { name: head, argument };
  }
  const isAllowed = allowed.includes(name) || (name === 'kyaml' && allowed.includes('yaml'));
  if (!isAllowed || (equals >= 0 && !withArgument.has(name))) {
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format ${goQuoted(text)}, allowed formats are: ${allowed.join(',')}`,
    );
  }
  const argument = equals >= 0 ? text.slice(equals + 1) : template;
  return { name, argument: withArgument.has(name) ? argument : undefined };
}
