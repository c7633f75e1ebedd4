import { KctlError } from '../lib/errors.ts';
import { escapeTerminal } from '../lib/escape.ts';
import { compileJsonPath, type JsonPath, relaxedJsonPath } from '../lib/jsonpath.ts';
import { PrintFailure } from '../lib/print-failure.ts';
import { goValueText } from './go-value.ts';
import { alignTabs, listLayout } from './tab-writer.ts';

export interface CustomColumn {
  header: string;
  expression: string;
}

/**
 * `NAME:.metadata.name,IMAGE:.spec.containers[*].image`.
 * @throws KctlError `usage` with kubectl's wording
 */
export function parseCustomColumns(spec: string): CustomColumn[] {
  if (spec === '') throw new KctlError('usage', 'custom-columns format specified but no custom columns given');
  return spec.split(',').map((part) => {
    const colon = part.indexOf(':');
    if (colon < 0) {
      throw new KctlError('usage', `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
    }
    return columnOf(part.slice(0, colon), part.slice(colon + 1));
  });
}

/**
 * The text of a custom-columns-file: a line of headers, then a line of paths below them.
 * @throws KctlError `usage`
 */
export function parseCustomColumnsFile(text: string): CustomColumn[] {
  const lines = text.split('\n').map((line) => line.trim().split(/\s+/).filter(Boolean));
  if (text.endsWith('\n') || text === '') lines.pop();
  const [headers, paths] = lines;
  if (!headers || !paths) {
    throw new KctlError(
      'usage',
      `invalid template, missing ${headers ? 'spec' : 'header'} line. Expected format is one line of space separated headers, one line of space separated column specs.`,
    );
  }
  if (headers.length !== paths.length) {
    throw new KctlError(
      'usage',
      `number of headers (${headers.length}) and field specifications (${paths.length}) don't match`,
    );
  }
  return headers.map((header, index) => columnOf(header, paths[index] ?? ''));
}

function columnOf(header: string, expression: string): CustomColumn {
  return { header, expression: relaxedJsonPath(expression) };
}

/**
 * Rows under headers as they are typed; a field that is not there shows `<none>`. Widths are remembered between
 * calls. What a path is worth shows with the first object: then headers are printed, and the rows before it.
 */
export function customColumnsPrinter(
  columns: readonly CustomColumn[],
  noHeaders: boolean,
): (objects: readonly object[]) => string {
  const widths: number[] = [];
  let headerPrinted = noHeaders;
  return (objects) => {
    const lines = headerPrinted ? [] : [columns.map(({ header }) => header).join('\t')];
    headerPrinted = true;
    const text = () => alignTabs(lines.map((line) => `${line}\n`).join(''), listLayout, widths);
    try {
      const paths = columns.map(({ expression }) => compileJsonPath(expression, { explains: false }));
      for (const object of objects) lines.push(paths.map((path) => cellOf(path, object)).join('\t'));
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      throw new PrintFailure(error.message, text(), error);
    }
    return text();
  };
}

function cellOf(path: JsonPath, object: object): string {
  const [first = [], ...others] = path.groups(object);
  const texts = [...first, ...others.flat()].map((value) => safe(goValueText(value)));
  return (first.length === 0 ? ['<none>', ...texts] : texts).join(',');
}

/** Tabs and line feeds make cells and lines, as they do in kubectl; other control characters are shown. */
function safe(text: string): string {
  return text
    .split(/([\t\n])/)
    .map((part) => (part === '\t' || part === '\n' ? part : escapeTerminal(part)))
    .join('');
}
