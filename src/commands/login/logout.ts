import { DockerConfig } from '../../oci/registry/docker-config.ts';
import { defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { registryNamed } from './registry-named.ts';

/** `kctl logout`: forgets who the user is at a registry. */
export const logoutCommand = defineCommand<{ registry: string }>({
  flags: [],
  complete({ args }, { tool, commandPath }) {
    if (args.length > 1) throw usageError('name one registry', `${tool} ${commandPath}`);
    return { registry: registryNamed(args[0]) };
  },
  async run({ registry }, { io, signal }) {
    const known = await new DockerConfig(io.env, signal).forget(registry);
    io.stdout.write(known ? `Removing login credentials for ${registry}\n` : `Not logged in to ${registry}\n`);
  },
});
