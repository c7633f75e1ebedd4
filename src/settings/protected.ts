import { wildcard } from '../lib/name-patterns.ts';

/** Whether changes in context `name` ask for its name: one of `patterns` finds it (`*` any text, `?` one character). */
export function isProtected(name: string, patterns: readonly string[] = []): boolean {
  return name !== '' && patterns.some((pattern) => wildcard(pattern).test(name));
}
