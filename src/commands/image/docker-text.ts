import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { executeTemplate } from '../../lib/go-template/execute.ts';
import { type TemplateFunctions, templateFunctions } from '../../lib/go-template/functions.ts';
import { TemplateError } from '../../lib/go-template/nodes.ts';
import { parseTemplate } from '../../lib/go-template/parse.ts';
import { alignTabs } from '../../output/tab-writer.ts';

/** How docker says how long ago something was (go-units, HumanDuration): below so many seconds, then rounded hours. */
const bySeconds: readonly { below: number; words: (seconds: number) => string }[] = [
  { below: 1, words: () => 'Less than a second' },
  { below: 2, words: () => '1 second' },
  { below: 60, words: (seconds) => `${seconds} seconds` },
  { below: 120, words: () => 'About a minute' },
  { below: 3600, words: (seconds) => `${Math.floor(seconds / 60)} minutes` },
];
const byHours: readonly { below: number; words: (hours: number) => string }[] = [
  { below: 2, words: () => 'About an hour' },
  { below: 48, words: (hours) => `${hours} hours` },
  { below: 24 * 14, words: (hours) => `${Math.floor(hours / 24)} days` },
  { below: 24 * 60, words: (hours) => `${Math.floor(hours / 24 / 7)} weeks` },
  { below: 24 * 730, words: (hours) => `${Math.floor(hours / 24 / 30)} months` },
  { below: Infinity, words: (hours) => `${Math.floor(hours / 24 / 365)} years` },
];

/** `3 weeks ago`. @param ms since then; undefined for images that do not say when they were made */
export function sinceText(ms: number | undefined): string {
  if (ms === undefined) return 'N/A';
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const short = bySeconds.find(({ below }) => seconds < below);
  if (short) return `${short.words(seconds)} ago`;
  const hours = Math.floor(seconds / 3600 + 0.5);
  return `${byHours.find(({ below }) => hours < below)!.words(hours)} ago`;
}

/** `2026-01-02 03:04:05 +0000 UTC` */
export function createdText(ms: number | undefined): string {
  return ms === undefined ? 'N/A' : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}

/** The first twelve characters of a digest's number. */
export function shortId(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

export interface DockerColumn {
  /** As templates name it. */
  key: string;
  header: string;
  /** Not in the table where nobody asks for it. */
  isExtra?: boolean;
}

export type DockerRow = Readonly<Record<string, string>>;

/** docker's tables: columns of at least ten characters, three blanks between them. */
const layout = { minWidth: 10, padding: 3 };

/**
 * Rows as docker prints them: a table, `json` (one object per line), a Go template per row, or `table` and a template.
 * @throws KctlError `usage` for templates that cannot be read
 */
export function dockerText(rows: readonly DockerRow[], columns: readonly DockerColumn[], format: string): string {
  if (format === 'json') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const shown = columns.filter(({ isExtra }) => !isExtra);
  const isTable = format === '' || format === 'table' || format.startsWith('table ');
  const template =
    format === '' || format === 'table'
      ? shown.map(({ key }) => `{{.${key}}}`).join('\t')
      : format
          .replace(/^table /, '')
          .replaceAll('\\t', '\t')
          .replaceAll('\\n', '\n');
  const print = dockerTemplate(template);
  const lines = rows.map((row) => print(isTable ? escaped(row) : row));
  if (!isTable) return lines.map((line) => `${line}\n`).join('');
  const header = print(Object.fromEntries(columns.map(({ key, header: text }) => [key, text])));
  return alignTabs([header, ...lines].join('\n'), layout)
    .split('\n')
    .map((line) => `${line}\n`)
    .join('');
}

/** What docker's templates have beside Go's own functions. */
const functions: TemplateFunctions = {
  ...templateFunctions,
  json: (value) => JSON.stringify(value),
  lower: (text) => String(text).toLowerCase(),
  upper: (text) => String(text).toUpperCase(),
  title: (text) => String(text).replace(/\b\w/g, (letter) => letter.toUpperCase()),
  join: (list, separator) => (Array.isArray(list) ? list : [list]).join(String(separator)),
  split: (text, separator) => String(text).split(String(separator)),
  truncate: (text, length) => String(text).slice(0, Number(length)),
};

/** @throws KctlError `usage`; the function that comes back, too, for values that do not fit */
export function dockerTemplate(text: string): (value: unknown) => string {
  const failed = (cause: unknown) => {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new KctlError('usage', `template parsing error: ${cause.message}`, { cause });
  };
  let parsed: ReturnType<typeof parseTemplate>;
  try {
    parsed = parseTemplate(text, functions);
  } catch (cause) {
    return failed(cause);
  }
  return (value) => {
    try {
      return executeTemplate(parsed, value, { allowMissingKeys: false, functions });
    } catch (cause) {
      return failed(cause);
    }
  };
}

function escaped(row: DockerRow): DockerRow {
  return Object.fromEntries(Object.entries(row).map(([key, text]) => [key, escapeTerminal(text)]));
}
