import { escapeTerminal } from '../../lib/escape.ts';
import { Containers } from '../../oci/containers/containers.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../image/with-store.ts';
import { usageError } from '../shared/errors.ts';
import { rootOf } from './open-root.ts';

/** `kctl container diff`: what is in the writable layer, as docker tells it. */
export const diffCommand = defineCommand<string>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) throw usageError('name one container', `${tool} ${commandPath}`);
    return name;
  },
  async run(name, { io }) {
    const changes = await withStore(io, 'comparing', async (store) => {
      await using root = await rootOf(store, new Containers(store).find(name), io.env);
      return await root.changes();
    });
    for (const { kind, path } of changes) io.stdout.write(`${kind} ${escapeTerminal(path)}\n`);
  },
});
