import type { Shell } from '../context.ts';

/** As `set -x` shows a word. */
export const wordFor = (text: string): string =>
  text === '' || /[\s'"$\\|&;<>()*?[\]#~`!{}]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;

/** `set -x` */
export async function trace(shell: Shell, words: readonly string[]): Promise<void> {
  if (!shell.state.options.has('x') || words.length === 0) return;
  const [first = '', ...rest] = words;
  const shown = /^\w+=/.test(first) ? first : wordFor(first);
  await shell.say(`${shell.state.get('PS4') ?? '+ '}${[shown, ...rest.map(wordFor)].join(' ')}`);
}

/** `set -x` for what bash reads as a command of its own: `[[ … ]]`, `(( … ))`. */
export async function traceText(shell: Shell, text: string): Promise<void> {
  if (shell.state.options.has('x')) await shell.say(`${shell.state.get('PS4') ?? '+ '}${text}`);
}
