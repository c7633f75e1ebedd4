import type { Shell } from '../context.ts';
import { quote } from './builtin.ts';

export async function alias(shell: Shell, args: string[]): Promise<number> {
  const { aliases } = shell.state;
  const prefix = shell.state.dialect === 'bash' ? 'alias ' : '';
  if (args.length === 0)
    for (const [name, value] of aliases) await shell.process.print(`${prefix}${name}=${quote(value)}\n`);
  let status = 0;
  for (const arg of args) {
    const [, name = '', value] = /^([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    if (value !== undefined) aliases.set(name, value);
    else if (aliases.has(name)) await shell.process.print(`${prefix}${name}=${quote(aliases.get(name)!)}\n`);
    else {
      await shell.complain(`alias: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

export function unalias(shell: Shell, args: string[]): number {
  for (const arg of args) {
    if (arg === '-a') shell.state.aliases.clear();
    else shell.state.aliases.delete(arg);
  }
  return 0;
}
