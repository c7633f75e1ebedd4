import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { checkDiffIds } from '../../oci/archive/check-diff-ids.ts';
import { exportTree } from '../../oci/archive/export-tree.ts';
import { writeWhole } from '../../oci/archive/write-whole.ts';
import { readImage } from '../../oci/store/read-image.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { withStore } from './with-store.ts';

interface ExportOptions {
  name: string;
  output: string;
  platform: string | undefined;
}

/** `kctl image export`: the file system that containers of an image begin with, as one tar. */
export const exportCommand = defineCommand<ExportOptions>({
  flags: [
    { name: 'output', short: 'o', type: 'string', default: '', describe: 'Write to this file.' },
    { name: 'platform', type: 'string', default: '', describe: 'Which platform of the image: os/arch[/variant].' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) throw usageError('name one image', `${tool} ${commandPath}`);
    return { name, output: String(flags.output), platform: String(flags.platform) || undefined };
  },
  validate({ output }, { io }) {
    if (output === '' && io.stdout.isTTY) {
      throw new KctlError('usage', 'cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
  },
  async run({ name, output, platform }, { io }) {
    await withStore(io, 'exporting', async (store) => {
      const image = await readImage(store, (await store.images.find(name)).target, platform);
      await checkDiffIds(store, image);
      const tree = exportTree(store, image);
      if (output === '') await pipeline(tree, io.stdout, { end: false });
      else await writeWhole(resolve(io.cwd, output), tree);
    });
  },
});
