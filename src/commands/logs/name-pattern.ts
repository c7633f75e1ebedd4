import { KctlError } from '../../lib/errors.ts';

/** Words that are no name: `web-*`, `web-?`, `/^web-\d+$/`. */
export function isNamePattern(word: string): boolean {
  return /[*?]/.test(word) || isExpression(word);
}

const isExpression = (word: string) => word.length > 2 && word.startsWith('/') && word.endsWith('/');

/**
 * The names that a word means: itself, a pattern with `*` and `?`, or an expression between slashes.
 * @throws KctlError `usage` for an expression that is none
 */
export function namePattern(word: string): (name: string) => boolean {
  if (isExpression(word)) {
    const expression = readExpression(word.slice(1, -1));
    return (name) => expression.test(name);
  }
  if (!isNamePattern(word)) return (name) => name === word;
  const text = word
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${text}$`);
  return (name) => expression.test(name);
}

/** @throws KctlError `usage` */
export function readExpression(text: string, flags = ''): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (error) {
    throw new KctlError('usage', `${JSON.stringify(text)} is no regular expression: ${reasonOf(error as Error)}`);
  }
}

/** `Invalid regular expression: /(/: Unterminated group` says more than is wanted. */
const reasonOf = ({ message }: Error) => message.split(': ').at(-1)!.toLowerCase();

/** Two words of which the second is a plain one are a pod and its container, as kubectl has it. */
export function inlineContainer(args: readonly string[]): string {
  const [, second = ''] = args;
  return args.length === 2 && !second.includes('/') && !isNamePattern(second) ? second : '';
}
