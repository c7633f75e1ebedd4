import { KctlError } from '../../lib/errors.ts';

/**
 * The values of a flag of `KEY=VALUE` pairs, several with commas where there is more than one `=` (Go,
 * pflag's `StringToString`). The last of several values for one key counts.
 * @throws KctlError `usage` in pflag's words
 */
export function readPairs(flag: string, texts: readonly string[], commandLine: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const text of texts) {
    const equals = text.split('=').length - 1;
    const parts = equals === 1 ? [text.replace(/^"+|"+$/g, '')] : fields(text);
    for (const part of parts) {
      const at = part.indexOf('=');
      if (at < 0) {
        throw new KctlError(
          'usage',
          `invalid argument ${JSON.stringify(text)} for "--${flag}" flag: ${part} must be formatted as key=value`,
          { hint: `See '${commandLine} --help' for usage.` },
        );
      }
      pairs.set(part.slice(0, at), part.slice(at + 1));
    }
  }
  return pairs;
}

/** One line of CSV: fields with a comma in them stand in double quotes. */
function fields(text: string): string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [text];
  return parts.map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part));
}
