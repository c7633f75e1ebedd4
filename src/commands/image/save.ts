import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KctlError } from '../../lib/errors.ts';
import { type SaveFormat, saveStream, saveTo } from '../../oci/archive/save.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { withStore } from './with-store.ts';

const FORMATS: readonly string[] = ['docker-archive', 'oci-archive', 'oci-dir'] satisfies SaveFormat[];

interface SaveOptions {
  names: readonly string[];
  output: string;
  format: SaveFormat;
  platform: string | undefined;
}

/** `kctl image save`: images as a file that docker, podman, skopeo and kctl load, with the same digests. */
export const saveCommand = defineCommand<SaveOptions>({
  flags: [
    { name: 'output', short: 'o', type: 'string', default: '', describe: 'Write to this file or folder.' },
    {
      name: 'format',
      type: 'string',
      default: 'docker-archive',
      describe: 'docker-archive (a tar that is an OCI layout, too), oci-archive (a tar) or oci-dir (a folder).',
    },
    { name: 'platform', type: 'string', default: '', describe: 'Only this platform: os/arch[/variant].' },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length === 0) throw usageError('name one image or more', `${tool} ${commandPath}`);
    return {
      names: args,
      output: String(flags.output),
      format: String(flags.format) as SaveFormat,
      platform: String(flags.platform) || undefined,
    };
  },
  validate({ format, output }, { io }) {
    if (!FORMATS.includes(format)) {
      throw new KctlError('usage', `there is no format "${format}"`, { hint: `There are: ${FORMATS.join(', ')}` });
    }
    if (output !== '') return;
    if (format === 'oci-dir') throw new KctlError('usage', 'a folder needs a name', { hint: 'Give it with -o.' });
    if (io.stdout.isTTY) {
      throw new KctlError('usage', 'cowardly refusing to save to a terminal. Use the -o flag or redirect');
    }
  },
  async run({ names, output, format, platform }, { io }) {
    await withStore(io, 'saving', async (store) => {
      const images = [];
      for (const name of names) images.push(await store.images.find(name));
      if (output === '')
        await pipeline(await saveStream(store, images, { format, platform }), io.stdout, { end: false });
      else await saveTo(store, images, resolve(io.cwd, output), { format, platform });
    });
  },
});
