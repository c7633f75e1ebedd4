import { KctlError } from '../../lib/errors.ts';
import { canonicalReference, parseReference } from '../../oci/reference.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { withStore } from './with-store.ts';

/** `kctl image tag`: another name for an image. What had the name before keeps only its others. */
export const tagCommand = defineCommand<{ source: string; name: string }>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    const [source, target, ...rest] = args;
    if (source === undefined || target === undefined || rest.length > 0) {
      throw usageError('name an image and its new name', `${tool} ${commandPath}`);
    }
    const reference = parseReference(target);
    if (reference.digest !== undefined) {
      throw new KctlError('usage', 'refusing to create a tag with a digest reference');
    }
    return { source, name: canonicalReference(reference) };
  },
  async run({ source, name }, { io }) {
    await withStore(io, 'naming the image', async (store) => {
      const { target } = await store.images.find(source);
      await store.images.set(target, [name]);
    });
  },
});
