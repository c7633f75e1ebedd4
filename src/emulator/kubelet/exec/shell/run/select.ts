import type { Select } from 'unbash';
import { takeLine } from '../../process/lines.ts';
import type { Shell } from '../context.ts';
import { expandWords } from '../expand.ts';
import { LoopJump } from '../state.ts';

/** `select name in words; do …; done`: a menu, until the input ends or something leaves it. */
export async function runSelect(shell: Shell, { name, wordlist, body }: Select): Promise<number> {
  const { state, process } = shell;
  const words = wordlist ? await expandWords(shell, wordlist) : [...state.args];
  const menu = words.map((word, index) => `${index + 1}) ${word}\n`).join('');
  state.loops++;
  try {
    for (let shows = true; ; ) {
      await process.warn(`${shows ? menu : ''}${state.get('PS3') ?? '#? '}`);
      const line = await takeLine(process.handle(0), process.signal);
      if (!line) {
        await process.print('\n');
        state.status = 1;
        return 1;
      }
      shows = line.text.trim() === '';
      if (shows) continue;
      shell.assign('REPLY', line.text);
      shell.assign(name.value, words[Number(line.text) - 1] ?? '');
      await shell.statements(body.commands);
    }
  } catch (error) {
    if (!(error instanceof LoopJump) || error.kind !== 'break' || error.levels > 1) throw error;
    state.status = 0;
    return 0;
  } finally {
    state.loops--;
  }
}
