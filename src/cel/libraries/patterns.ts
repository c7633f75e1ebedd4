import { RE2JS } from 're2js';
import { CelEvaluationError } from '../errors.ts';

const KEPT = 500;
const known = new Map<string, RE2JS>();

/**
 * A pattern of RE2, as Go has it.
 * @param context what stands before RE2's own words
 * @throws {CelEvaluationError} where it is none
 */
export function compilePattern(pattern: string, context: string): RE2JS {
  const found = known.get(pattern);
  if (found) return found;
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    throw new CelEvaluationError(`${context}${patternProblem(error)}`);
  }
  if (known.size >= KEPT) known.clear();
  known.set(pattern, compiled);
  return compiled;
}

/** What is wrong with a pattern, in Go's words: "error parsing regexp: missing closing ]: `[a`". */
const patternProblem = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/: ([^:`]+)$/, (whole, quoted: string) =>
    whole.includes('`') ? whole : `: \`${quoted}\``,
  );
