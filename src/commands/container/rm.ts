import { KctlError } from '../../lib/errors.ts';
import { Containers, isRunning } from '../../oci/containers/containers.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../image/with-store.ts';
import { oneOrMore, usageError } from '../shared/errors.ts';

/** `kctl container rm`: writable layers go, images stay. */
export const rmCommand = defineCommand<readonly string[]>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    if (args.length === 0) throw usageError('name one container or more', `${tool} ${commandPath}`);
    return args;
  },
  async run(names, { io }) {
    const failures: KctlError[] = [];
    await withStore(io, 'removing', async (store) => {
      const containers = new Containers(store);
      for (const name of names) {
        try {
          const container = containers.find(name);
          if (isRunning(container)) {
            throw new KctlError('conflict', `the container ${container.name} is running`, {
              hint: 'Stop it first (Ctrl-C).',
            });
          }
          await containers.remove(container);
          io.stdout.write(`${name}\n`);
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
