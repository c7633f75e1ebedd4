import type { Shell } from '../context.ts';

export async function getopts(shell: Shell, [spec = '', name = '', ...rest]: string[]): Promise<number> {
  const { state } = shell;
  const args = rest.length > 0 ? rest : state.args;
  const [indexText, offsetText] = (state.get('OPTIND') ?? '1').split(':');
  let index = Number(indexText) || 1;
  let offset = Number(offsetText ?? state.get('_OPTOFF') ?? 1) || 1;
  const arg = args[index - 1];
  const isQuiet = spec.startsWith(':');
  const finish = (letter: string, value: string | undefined) => {
    shell.assign(name, letter);
    if (value === undefined) state.variables.delete('OPTARG');
    else shell.assign('OPTARG', value);
    shell.assign('OPTIND', String(index));
    shell.assign('_OPTOFF', String(offset));
    return 0;
  };
  if (arg === undefined || !/^-./.test(arg) || arg === '--') {
    if (arg === '--') index++;
    offset = 1;
    finish('?', undefined);
    return 1;
  }
  const letter = arg[offset]!;
  const next = () => {
    offset++;
    if (offset >= arg.length) {
      index++;
      offset = 1;
    }
  };
  const place = letter === ':' ? -1 : spec.indexOf(letter);
  if (place < 0) {
    next();
    if (!isQuiet)
      await shell.say(
        state.dialect === 'dash' ? `Illegal option -${letter}` : `${state.name}: illegal option -- ${letter}`,
      );
    return finish('?', isQuiet ? letter : undefined);
  }
  if (spec[place + 1] !== ':') {
    next();
    return finish(letter, undefined);
  }
  let value: string | undefined = arg.slice(offset + 1);
  if (value === '') value = args[index++];
  index++;
  offset = 1;
  if (value === undefined) {
    index--;
    if (!isQuiet)
      await shell.say(
        state.dialect === 'dash'
          ? `No arg for -${letter} option`
          : `${state.name}: option requires an argument -- ${letter}`,
      );
    return finish(isQuiet ? ':' : '?', isQuiet ? letter : undefined);
  }
  return finish(letter, value);
}
