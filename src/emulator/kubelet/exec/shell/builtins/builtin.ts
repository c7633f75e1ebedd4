import type { Shell } from '../context.ts';

/** A command that runs in the shell's own process. `pos` is where it stands in the script. */
export type Builtin = (shell: Shell, args: string[], pos: number) => number | Promise<number>;

export const NAME = /^[A-Za-z_]\w*$/;

/** As one word that a shell reads back. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;
