import type { Shell } from '../context.ts';

const word = (text: string): string =>
  text === '' || /[\s'"$\\|&;<>()*?]/.test(text) ? `'${text.replaceAll("'", `'"'"'`)}'` : text;

/** `set -x` */
export async function trace(shell: Shell, words: readonly string[]): Promise<void> {
  if (!shell.state.options.has('x') || words.length === 0) return;
  const [first = '', ...rest] = words;
  const shown = /^\w+=/.test(first) ? first : word(first);
  await shell.say(`${shell.state.get('PS4') ?? '+ '}${[shown, ...rest.map(word)].join(' ')}`);
}
