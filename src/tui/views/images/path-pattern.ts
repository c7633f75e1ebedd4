/**
 * What a filter on paths lets through.
 * @param text an expression, or what is looked for literally where it is none; capitals count where there are some
 * @returns undefined where all are wanted
 */
export function pathPattern(text: string): ((path: string) => boolean) | undefined {
  if (text === '') return undefined;
  const flags = text === text.toLowerCase() ? 'iu' : 'u';
  let expression: RegExp;
  try {
    expression = new RegExp(text, flags);
  } catch {
    expression = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), flags);
  }
  return (path) => expression.test(path);
}
