import { importTree } from '../../oci/archive/import-tree.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import type { RunConfig } from '../../oci/store/read-image.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { readChanges } from './import-changes.ts';
import { openImportSource, shownSource } from './import-source.ts';
import { withStore } from './with-store.ts';

interface ImportOptions {
  /** A path, an address or `-`. */
  file: string;
  names: readonly string[];
  config: RunConfig;
  message: string;
  platform: string | undefined;
}

/** `kctl image import`: an image of a root file system. */
export const importCommand = defineCommand<ImportOptions>({
  flags: [
    {
      name: 'change',
      short: 'c',
      type: 'stringArray',
      describe:
        'Instruction of a Dockerfile for the image: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR, STOPSIGNAL.',
    },
    { name: 'message', short: 'm', type: 'string', default: '', describe: 'Comment in the history.' },
    {
      name: 'platform',
      type: 'string',
      default: '',
      describe: "Whose programs these are: os/arch[/variant]; this machine's.",
    },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    const [file, name, ...rest] = args;
    if (file === undefined || rest.length > 0) {
      throw usageError('name a file, an address or - and, if you like, the image', `${tool} ${commandPath}`);
    }
    return {
      file,
      names: name === undefined ? [] : [canonicalReference(parseReference(name))],
      config: readChanges((flags.change as readonly string[] | undefined) ?? []),
      message: String(flags.message) || `Imported from ${shownSource(file)}`,
      platform: String(flags.platform) || undefined,
    };
  },
  async run({ file, ...options }, context) {
    const { content, told } = await openImportSource(file, context);
    const { id } = await withStore(context.io, told, (store) =>
      importTree(store, content, { ...options, now: Date.now() }),
    );
    context.io.stdout.write(`${id}\n`);
  },
});
