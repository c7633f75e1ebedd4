import { isSystemError } from '../fs/errors.ts';
import { takeLine } from '../process/lines.ts';
import type { Process, Program } from '../process/process.ts';
import { Shell } from './shell.ts';
import { ExitJump, Jump, ShellState } from './state.ts';
import { type Dialect, hasOpenHeredoc, parseScript } from './syntax.ts';

/** `sh` is what the image makes of it: busybox's ash, or Debian's dash. */
function dialectOf(process: Process): Dialect {
  if (process.name.replace(/^-/, '') === 'bash') return 'bash';
  // Where there is no dash, `sh` is bash.
  const isBash = process.files.find('/usr/bin/bash') !== undefined && process.files.find('/usr/bin/dash') === undefined;
  if (isBash && process.host.flavour === 'gnu') return 'bash';
  return process.host.flavour === 'busybox' ? 'ash' : 'dash';
}

/** A shell of the process, with the environment as its variables. */
function newShell(process: Process, name: string): Shell {
  const state = new ShellState(dialectOf(process), name);
  for (const [key, value] of process.env) {
    if (/^[A-Za-z_]\w*$/.test(key)) state.variables.set(key, { value, isExported: true, isReadOnly: false });
  }
  const set = (key: string, value: string, isExported = false) => {
    if (!state.variables.has(key)) state.variables.set(key, { value, isExported, isReadOnly: false });
  };
  state.variables.set('IFS', { value: ' \t\n', isExported: false, isReadOnly: false });
  state.variables.set('PWD', { value: process.files.cwd, isExported: true, isReadOnly: false });
  state.variables.set('OPTIND', { value: '1', isExported: false, isReadOnly: false });
  state.startedAt = process.host.clock.now();
  set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
  if (state.dialect === 'bash') {
    set('BASH_VERSION', '5.2.15(1)-release');
    set('BASH', '/bin/bash');
    set('HOSTNAME', process.host.hostname);
    set('OSTYPE', 'linux-gnu');
    set('MACHTYPE', 'x86_64-pc-linux-gnu');
    set('SHLVL', '1', true);
  }
  return new Shell(state, process);
}

/** `sh`, `sh -c text name args`, `sh file args`, `sh -s args`; interactive where its input is a terminal. */
export const shellProgram: Program = async (process, args) => {
  const words = [...args];
  const options = new Set<string>();
  let command: string | undefined;
  let isStdin = false;
  let isInteractive = false;
  while (/^[-+]./.test(words[0] ?? '')) {
    const word = words.shift()!;
    if (word === '--') break;
    if (word.startsWith('--')) continue;
    for (const letter of word.slice(1)) {
      if (letter === 'c') command = '';
      else if (letter === 's') isStdin = true;
      else if (letter === 'i') isInteractive = true;
      else if (letter === 'o') options.add(words.shift() === 'pipefail' ? 'pipefail' : '');
      else if ('aCefhmnuvx'.includes(letter)) options.add(letter);
      else if (letter !== 'l') return process.fail(`Illegal option -${letter}`, 2);
    }
  }
  const own = process.argv[0] ?? 'sh';
  if (command !== undefined) {
    command = words.shift();
    if (command === undefined)
      return process.fail(
        `${process.host.flavour === 'busybox' ? '' : '0: '}-c requires an argument`.replace(/^0: /, ''),
        2,
      );
  }
  const script = command === undefined && !isStdin ? words.shift() : undefined;
  const shell = newShell(process, command !== undefined ? (words.shift() ?? own) : (script ?? own));
  for (const option of options) shell.state.options.add(option);
  shell.state.args = words;
  if (command !== undefined) return shell.script(command);
  if (script !== undefined) {
    let text: string;
    try {
      text = Buffer.from(process.files.readFile(script)).toString();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const why = {
        ash: `can't open '${script}': ${error.message}`,
        dash: `0: cannot open ${script}: ${error.code === 'ENOENT' ? 'No such file' : error.message}`,
        bash: `${script}: ${error.message}`,
      };
      await process.warn(`${own}: ${why[shell.state.dialect]}\n`);
      return shell.state.dialect === 'bash' ? 127 : 2;
    }
    return shell.script(text);
  }
  if (isInteractive || process.handles.get(0)?.isTty) {
    const { interactive } = await import('../terminal/interactive.ts');
    return interactive(shell);
  }
  return fromInput(shell);
};

/** Commands from standard input, one after the other, as they come: they may read from it, too. */
async function fromInput(shell: Shell): Promise<number> {
  const { process, state } = shell;
  let text = '';
  try {
    for (;;) {
      const line = await takeLine(process.handle(0), process.signal);
      if (!line && !text) break;
      text += line ? `${line.text}\n` : '';
      const { script, problem } = parseScript(text, state.dialect);
      const isOpen = problem
        ? problem.isUnfinished
        : hasOpenHeredoc(text, script) || /(^|[^\\])(\\\\)*\\\n$/.test(text);
      if (line && isOpen) continue;
      const ready = text;
      text = '';
      await shell.execute(ready);
      if (!line) break;
    }
  } catch (error) {
    if (!(error instanceof Jump)) throw error;
    await shell.left(error);
    if (!(error instanceof ExitJump)) return state.status;
  }
  return shell.finish();
}
