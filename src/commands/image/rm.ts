import { KctlError } from '../../lib/errors.ts';
import { familiarName } from '../../oci/store/familiar-name.ts';
import { readPlatforms } from '../../oci/store/read-image.ts';
import { repositoryOf } from '../../oci/store/stored-images.ts';
import type { FoundRecord, ImageStore } from '../../oci/store/types.ts';
import { defineCommand } from '../command.ts';
import { oneOrMore, usageError } from '../shared/errors.ts';
import { withStore } from './with-store.ts';

/** `kctl image rm`: takes names away, and images with their last one. */
export const rmCommand = defineCommand<{ names: readonly string[]; force: boolean }>({
  flags: [
    {
      name: 'force',
      short: 'f',
      type: 'bool',
      default: false,
      describe: 'Also where the image has names in several repositories, or a container uses it.',
    },
  ],
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length === 0) throw usageError('name one image or more', `${tool} ${commandPath}`);
    return { names: args, force: flags.force === true };
  },
  async run({ names, force }, { io }) {
    const failures: KctlError[] = [];
    await withStore(io, 'removing', async (store) => {
      for (const name of names) {
        try {
          for (const line of await remove(store, name, force)) io.stdout.write(`${line}\n`);
        } catch (error) {
          if (!(error instanceof KctlError)) throw error;
          failures.push(error);
        }
      }
      await store.collect();
    });
    if (failures.length > 0) throw oneOrMore(failures);
  },
});

/** @returns what was done, in docker's words */
async function remove(store: ImageStore, text: string, force: boolean): Promise<string[]> {
  const image = await store.images.find(text);
  const { target, name } = image;
  const others = image.names.filter((other) => other !== name);
  if (name !== undefined && others.length > 0) {
    store.images.untag(name);
    return [`Untagged: ${familiarName(name)}`];
  }
  if (!force) refuse(store, image, text);
  const ids = await readPlatforms(store, target).catch(() => []);
  store.images.remove(target.digest);
  const removed = ids.length > 0 ? ids.map(({ configDigest }) => configDigest) : [target.digest];
  return [
    ...image.names.map((one) => `Untagged: ${familiarName(one)}`),
    ...[...new Set(removed)].map((id) => `Deleted: ${id}`),
  ];
}

/** @throws KctlError `conflict` where more would go than was named */
function refuse(store: ImageStore, { names, target, name }: FoundRecord, text: string): void {
  if (name === undefined && new Set(names.map(repositoryOf)).size > 1) {
    throw new KctlError(
      'conflict',
      `conflict: unable to delete ${text} (must be forced) - image is referenced in multiple repositories`,
      { hint: `Its names are: ${names.map(familiarName).join(', ')}` },
    );
  }
  for (const [owner, digests] of store.pins('container:')) {
    if (!digests.includes(target.digest)) continue;
    const container = owner.slice('container:'.length);
    throw new KctlError(
      'conflict',
      `conflict: unable to remove ${text} (must be forced) - container ${container} uses it`,
    );
  }
}
