import type { Shell } from '../context.ts';

/** Of these only `nullglob` changes what the shell does; the rest is kept as it is set. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'nullglob',
    'globstar',
    'extglob',
    'dotglob',
    'failglob',
    'nocaseglob',
    'nocasematch',
    'lastpipe',
    'inherit_errexit',
    'expand_aliases',
    'login_shell',
  ], // prettier-ignore
);

/** `shopt -s name`, `-u`, `-q` */
export async function shopt(shell: Shell, args: string[], pos: number): Promise<number> {
  const { shellOptions } = shell.state;
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const names = args.filter((arg) => !arg.startsWith('-'));
  let status = 0;
  for (const name of names) {
    if (!KNOWN.has(name)) {
      await shell.complain(`shopt: ${name}: invalid shell option name`, pos);
      status = 1;
    } else if (flags.includes('s')) shellOptions.add(name);
    else if (flags.includes('u')) shellOptions.delete(name);
    else {
      if (!shellOptions.has(name)) status = 1;
      if (!flags.includes('q'))
        await shell.process.print(`${name.padEnd(15)}\t${shellOptions.has(name) ? 'on' : 'off'}\n`);
    }
  }
  return status;
}
