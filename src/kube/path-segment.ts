/**
 * Why `text` cannot be one part of a request's path; undefined where it can (apimachinery,
 * `path.IsValidPathSegmentName`).
 */
export function pathSegmentProblem(text: string): string | undefined {
  if (text === '.' || text === '..') return `may not be '${text}'`;
  const problems = ['/', '%'].filter((character) => text.includes(character));
  return problems.length > 0 ? problems.map((character) => `may not contain '${character}'`).join(' ') : undefined;
}
