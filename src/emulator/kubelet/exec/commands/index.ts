import type { Program } from '../process/process.ts';
import { shellProgram } from '../shell/program.ts';
import { awk } from './awk/index.ts';
import { byteCommands } from './bytes.ts';
import { fileCommands } from './files.ts';
import { find, xargs } from './find.ts';
import { grep } from './grep.ts';
import { imageCommands } from './images.ts';
import { ls } from './list.ts';
import { lookupCommands } from './lookup.ts';
import { netCommands } from './net.ts';
import { pieceCommands } from './pieces.ts';
import { processCommands } from './processes.ts';
import { sed } from './sed/index.ts';
import { stty } from './stty.ts';
import { systemCommands } from './system.ts';
import { tar } from './tar.ts';
import { textCommands } from './text.ts';
import { valueCommands } from './values.ts';

/** Every built-in command by its name. Which of them an image has is a matter of the files in its /bin. */
export const commands: Readonly<Record<string, Program>> = {
  ...fileCommands,
  ...textCommands,
  ...processCommands,
  ...systemCommands,
  ...netCommands,
  ...lookupCommands,
  ...byteCommands,
  ...pieceCommands,
  ...valueCommands,
  ...imageCommands,
  awk,
  ls,
  find,
  xargs,
  grep,
  egrep: grep,
  fgrep: grep,
  sed,
  stty,
  tar,
  sh: shellProgram,
  ash: shellProgram,
  dash: shellProgram,
  bash: shellProgram,
  vi: (process) =>
    process.fail('there is no editor in this simulated container; write files with cat >FILE, sed -i or kubectl cp'),
  su: (process, args) => {
    const at = args.indexOf('-c');
    return process.host.replace(process, at < 0 ? ['sh'] : ['sh', '-c', args[at + 1] ?? '']);
  },
};
