import { KctlError } from '../lib/errors.ts';
import { compileJsonPath, type JsonPath, relaxedJsonPath } from '../lib/jsonpath.ts';
import { goValueText } from './go-value.ts';
import { createTablePrinter } from './table.ts';

export interface CustomColumn {
  header: string;
  path: JsonPath;
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
  const [headers = [], paths = []] = text.split('\n').map((line) => line.trim().split(/\s+/).filter(Boolean));
  if (headers.length === 0)
    throw new KctlError(
      'usage',
      'invalid template, missing header line. Expected format is one line of space separated headers, one line of space separated column specs.',
    );
  if (headers.length !== paths.length) {
    throw new KctlError(
      'usage',
      `number of headers (${headers.length}) and field specifications (${paths.length}) don't match`,
    );
  }
  return headers.map((header, index) => columnOf(header, paths[index] ?? ''));
}

function columnOf(header: string, expression: string): CustomColumn {
  return { header, path: compileJsonPath(relaxedJsonPath(expression), { explains: false }) };
}

/** Rows under headers as they are typed; a field that is not there shows `<none>`. Widths are remembered between calls. */
export function customColumnsPrinter(
  columns: readonly CustomColumn[],
  noHeaders: boolean,
): (objects: readonly object[]) => string {
  const table = createTablePrinter({ noHeaders: true });
  const definitions = columns.map(({ header }) => ({ name: header, type: 'string' }));
  let headerPrinted = noHeaders;
  return (objects) => {
    const rows = objects.map((object) => columns.map(({ path }) => cellOf(path, object)));
    if (!headerPrinted) rows.unshift(columns.map(({ header }) => header));
    headerPrinted = true;
    return table.add(
      definitions,
      rows.map((cells) => ({ cells, object: { apiVersion: '', kind: '', metadata: {} } })),
    );
  };
}

function cellOf(path: JsonPath, object: object): string {
  const values = path.find(object);
  if (values.length === 0) return '<none>';
  return values.map((value) => (value === null ? '<none>' : goValueText(value))).join(',');
}
