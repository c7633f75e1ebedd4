import { createInterface } from 'node:readline';
import type { IoStreams } from '../../lib/io.ts';
import { kindName } from '../shared/names.ts';
import type { DeleteTarget } from './targets.ts';

/** Lists what would go and asks; the first word that is typed has to be y. */
export async function confirm(targets: readonly DeleteTarget[], { stdin, stdout }: IoStreams): Promise<boolean> {
  const lines = targets.map(({ resource, name }) => `${kindName(resource)}/${name}\n`);
  stdout.write(`You are about to delete the following ${targets.length} resource(s):\n${lines.join('')}`);
  stdout.write('Do you want to continue? (y/n): ');
  const reader = createInterface({ input: stdin });
  try {
    for await (const line of reader) {
      const [word = ''] = line.trim().split(/\s+/);
      if (word !== '') return word.toLowerCase() === 'y';
    }
    return false;
  } finally {
    reader.close();
  }
}
