import type { Shell } from '../context.ts';
import { quote } from './builtin.ts';
import { specialBuiltins } from './special.ts';

const reserved = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'case',
  'esac',
  'while',
  'until',
  'for',
  '{',
  '}',
  '!',
  'in',
]);

/** What a name stands for: `command -v` in one word, `type` in a sentence. */
const KINDS: readonly [RegExp, string][] = [
  [/keyword$/, 'keyword'],
  [/alias/, 'alias'],
  [/function$/, 'function'],
  [/builtin$/, 'builtin'],
  [/^/, 'file'],
];

/** Answers with the name or path, with what kind of thing it is, or with a sentence. */
export async function describe(
  shell: Shell,
  names: string[],
  form: 'name' | 'kind' | 'sentence',
  isBuiltin: (name: string) => boolean,
): Promise<number> {
  const { state, process } = shell;
  let status = 0;
  for (const name of names) {
    const found = process.host.which(process, name, state.get('PATH'));
    const words = reserved.has(name)
      ? ['a shell keyword', name]
      : state.aliases.has(name)
        ? [
            state.dialect === 'bash'
              ? `aliased to \`${state.aliases.get(name)}'`
              : `an alias for ${state.aliases.get(name)}`,
            `alias ${name}=${quote(state.aliases.get(name)!)}`,
          ]
        : state.functions.has(name)
          ? [state.dialect === 'dash' ? 'a shell function' : 'a function', name]
          : isBuiltin(name) || name === 'exec'
            ? [
                specialBuiltins.has(name) && state.dialect !== 'bash' ? 'a special shell builtin' : 'a shell builtin',
                name,
              ]
            : found.startsWith('/')
              ? [found, found]
              : undefined;
    if (!words) {
      status = state.dialect === 'bash' ? 1 : 127;
      if (form === 'sentence')
        await (state.dialect === 'bash'
          ? shell.complain(`type: ${name}: not found`)
          : process.print(`${name}: not found\n`));
    } else {
      const kind = KINDS.find(([pattern]) => pattern.test(words[0]!))![1];
      await process.print(`${form === 'name' ? words[1] : form === 'kind' ? kind : `${name} is ${words[0]}`}\n`);
    }
  }
  return status;
}
