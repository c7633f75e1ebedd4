import { createTablePrinter } from '../../output/table.ts';

/**
 * Lays out rows under headers as `get` does.
 * @param headers undefined prints the rows alone
 */
export function textTable(headers: readonly string[] | undefined, rows: readonly (readonly unknown[])[]): string {
  const lines = headers ? [headers, ...rows] : rows;
  const columns = (lines[0] ?? []).map((_cell, at) => ({ name: `column ${at}`, type: 'string' }));
  const object = { apiVersion: '', kind: '', metadata: {} };
  return createTablePrinter({ noHeaders: true }).add(
    columns,
    lines.map((cells) => ({ cells: [...cells], object })),
  );
}
