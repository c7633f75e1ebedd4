/**
 * One line of comma-separated values (RFC 4180): a field in quotes may hold commas, and quotes that are doubled. What
 * stands behind a closing quote counts, too; empty fields do not.
 */
export function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/g)]
    .map(([, inQuotes, plain]) => inQuotes?.replaceAll('""', '"') ?? plain ?? '')
    .filter((field) => field !== '');
}
