import { RE2JS } from 're2js';
import type { Causes } from './causes.ts';
import type { Fields } from './checks.ts';

/** A pattern of a schema, whichever part of it that is. */
export function checkPattern(causes: Causes, path: string, { pattern }: Fields): void {
  const problem = typeof pattern === 'string' ? patternProblem(pattern) : undefined;
  if (problem === undefined) return;
  causes.invalid(`${path}.pattern`, pattern, `must be a valid regular expression, but isn't: ${problem}`);
}

/** What is wrong with a pattern, in Go's words; undefined for what is fine. */
function patternProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Names of groups may be given twice.
    if (message.includes('duplicate capture group')) return undefined;
    if (message.includes('trailing backslash')) return `${message}: \`\``;
    return message.includes('`') ? message : message.replace(/: ([^:]+)$/, ': `$1`');
  }
}
