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
export async function describe(
  shell: Shell,
  names: string[],
  isShort: boolean,
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
          ? ['a function', name]
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
      if (!isShort)
        await (state.dialect === 'bash'
          ? shell.complain(`type: ${name}: not found`)
          : process.print(`${name}: not found\n`));
    } else await process.print(isShort ? `${words[1]}\n` : `${name} is ${words[0]}\n`);
  }
  return status;
}
