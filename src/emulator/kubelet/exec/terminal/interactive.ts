import { userName } from '../commands/names.ts';
import { Killed, signals } from '../process/signals.ts';
import { builtins } from '../shell/builtins/index.ts';
import type { Shell } from '../shell/shell.ts';
import { ExitJump, FatalJump, Jump } from '../shell/state.ts';
import { hasOpenHeredoc, parseScript } from '../shell/syntax.ts';
import { type Completion, type Edited, LineEditor } from './line-editor.ts';
import type { Terminal } from './terminal.ts';

const LONGEST_HISTORY = 1000;

/** A shell at a terminal, until `exit`, Ctrl-D or the end of the connection; answers with its status. */
export async function interactive(shell: Shell): Promise<number> {
  const { state, process } = shell;
  const terminal = process.handle(0).terminal as Terminal;
  const history: string[] = [];
  state.isInteractive = true;
  if (state.dialect === 'bash') state.name = 'bash';
  let pending = '';
  for (;;) {
    process.beginTurn();
    await sayEnded(shell);
    const edited = await readLine(shell, terminal, pending === '' ? promptOf(shell) : '> ', history);
    if (edited === 'interrupted') {
      pending = '';
      state.status = 130;
      continue;
    }
    if (edited === 'end') {
      if (state.dialect === 'bash') await shell.say('exit');
      else terminal.emit('\r\n');
      return shell.finish();
    }
    const text = `${pending}${edited.line}\n`;
    if (edited.line.trim() && history.at(-1) !== edited.line) history.push(edited.line);
    if (history.length > LONGEST_HISTORY) history.shift();
    if (text.trim() === '') continue;
    const { script, problem } = parseScript(text, state.dialect);
    pending = (problem ? problem.isUnfinished : hasOpenHeredoc(text, script) || /(^|[^\\])(\\\\)*\\\n$/.test(text))
      ? text
      : '';
    if (pending) continue;
    try {
      await shell.execute(text);
    } catch (error) {
      if (error instanceof Killed) {
        // Ctrl-C in something of the shell's own; anything else ends it.
        if (process.isKilled || error.signal !== signals.INT) throw error;
        state.status = 130;
      } else if (error instanceof Jump) {
        await shell.left(error);
        if (error instanceof ExitJump && !(error instanceof FatalJump)) return shell.finish();
      } else throw error;
    }
    state.conditions = 0;
    state.loops = 0;
  }
}

function readLine(shell: Shell, terminal: Terminal, prompt: string, history: readonly string[]): Promise<Edited> {
  const { signal } = shell.process;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const gone = () => {
      terminal.edit(undefined);
      reject(signal.reason);
    };
    signal.addEventListener('abort', gone, { once: true });
    const editor = new LineEditor(
      terminal,
      { prompt, history, complete: (line) => complete(shell, line) },
      (result) => {
        signal.removeEventListener('abort', gone);
        resolve(result);
      },
    );
    terminal.edit(editor);
  });
}

/** Background jobs that have ended since the last prompt. */
async function sayEnded(shell: Shell): Promise<void> {
  const { state } = shell;
  for (const job of state.jobs.filter(({ status }) => status !== undefined)) {
    const shown = job.status === 0 ? 'Done' : job.status! > 128 ? 'Terminated' : `Done(${job.status})`;
    await shell.say(`[${job.number}]+  ${shown.padEnd(24)}${job.text}`);
  }
  state.jobs = state.jobs.filter(({ status }) => status === undefined);
}

function promptOf(shell: Shell): string {
  const { state, process } = shell;
  const isRoot = process.files.who.uid === 0;
  const own = state.get('PS1');
  const usual = { ash: '\\w \\$ ', dash: '\\$ ', bash: '\\u@\\h:\\w\\$ ' }[state.dialect];
  const home = state.get('HOME') ?? '';
  const { cwd } = process.files;
  // At `/` a home of `/` would hide everything.
  const shown = home.length > 1 && (cwd === home || cwd.startsWith(`${home}/`)) ? `~${cwd.slice(home.length)}` : cwd;
  const parts: Readonly<Record<string, () => string>> = {
    w: () => shown,
    W: () => (shown === '/' || shown === '~' ? shown : shown.split('/').at(-1)!),
    u: () => userName(process.files, process.files.who.uid) ?? 'I have no name!',
    h: () => process.host.hostname.split('.')[0]!,
    H: () => process.host.hostname,
    $: () => (isRoot ? '#' : '$'),
    n: () => '\r\n',
    e: () => '\x1b',
    s: () => state.name,
    '[': () => '',
    ']': () => '',
    '\\': () => '\\',
  };
  return (own ?? usual)
    .replace(/\\033/g, '\x1b')
    .replace(/\\(.)/g, (whole, letter: string) => (Object.hasOwn(parts, letter) ? parts[letter]!() : whole));
}

/** Commands for the first word, files for all others. */
function complete(shell: Shell, line: string): Completion {
  const word = /[^\s;|&<>()]*$/.exec(line)![0];
  const start = line.length - word.length;
  const { files } = shell.process;
  const isCommand = /(^|[;|&(]|\b(then|do|else)\s)\s*$/.test(line.slice(0, start)) && !word.includes('/');
  if (isCommand) {
    if (word === '') return { start, words: [] };
    const names = new Set([...Object.keys(builtins), ...shell.state.functions.keys(), ...shell.state.aliases.keys()]);
    for (const folder of (shell.state.get('PATH') ?? '').split(':')) {
      if (files.find(folder)?.type === 'directory') for (const [name] of files.readDirectory(folder)) names.add(name);
    }
    return { start, words: [...names].filter((name) => name.startsWith(word)).sort() };
  }
  const cut = word.lastIndexOf('/') + 1;
  const folder = word.slice(0, cut);
  const first = word.slice(cut);
  if (files.find(folder || '.')?.type !== 'directory') return { start, words: [] };
  const words = files
    .readDirectory(folder || '.')
    .filter(([name]) => name.startsWith(first) && (first.startsWith('.') || !name.startsWith('.')))
    .map(([name]) => `${folder}${name}${files.find(`${folder}${name}`)?.type === 'directory' ? '/' : ''}`);
  return { start, words };
}
