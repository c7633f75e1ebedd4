import type { Shell } from './context.ts';

/** The value of a variable, of a positional or of a special parameter. */
export function parameterValue(shell: Shell, name: string): string | readonly string[] | undefined {
  const { state } = shell;
  if (/^\d+$/.test(name)) return name === '0' ? state.name : state.args[Number(name) - 1];
  const special: Readonly<Record<string, () => string | readonly string[] | undefined>> = {
    '@': () => state.args,
    '*': () => state.args,
    '#': () => String(state.args.length),
    '?': () => String(state.status),
    $: () => String(rootPid(shell)),
    '!': () => (state.lastBackground === undefined ? '' : String(state.lastBackground)),
    '-': () => [...state.options].filter((one) => one.length === 1).join('') + (state.isInteractive ? 'i' : ''),
    RANDOM: () =>
      state.dialect === 'dash' ? state.get(name) : String(Math.floor(shell.process.host.random() * 32_768)),
    SECONDS: () =>
      state.dialect === 'bash'
        ? String(Math.floor((shell.process.host.clock.now() - state.startedAt) / 1000))
        : state.get(name),
    PPID: () => String(shell.process.parent?.pid ?? 0),
    LINENO: () => '1',
    ...(state.dialect === 'bash'
      ? {
          UID: () => String(shell.process.files.who.uid),
          EUID: () => String(shell.process.files.who.uid),
          FUNCNAME: () => state.calls.at(-1),
          PIPESTATUS: () => state.pipeStatus[0],
          BASHPID: () => String(shell.process.pid),
          EPOCHSECONDS: () => String(Math.floor(shell.process.host.clock.now() / 1000)),
        }
      : {}),
  };
  return Object.hasOwn(special, name) ? special[name]!() : state.get(name);
}

/** `$$` is the same in all subshells. */
function rootPid(shell: Shell): number {
  let process = shell.process;
  while (process.parent && process.argv === process.parent.argv) process = process.parent;
  return process.pid;
}
