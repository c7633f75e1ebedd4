import type { FlagSpec, FlagValues } from '../command.ts';
import type { WorldOptions } from './diff/world.ts';

/** Where comparisons look besides the cluster. */
export const registryFlags: readonly FlagSpec[] = [
  {
    name: 'registries',
    type: 'bool',
    default: true,
    describe: 'Ask the registries of images for their layers, with the pull secrets of the pods; false does not.',
    own: true,
  },
  {
    name: 'insecure-registry',
    type: 'stringSlice',
    default: [],
    describe: 'Host of a registry that may be asked without TLS; this machine always may.',
    own: true,
  },
];

export const readWorldOptions = (flags: FlagValues): WorldOptions => ({
  registries: flags.registries !== false,
  insecureRegistries: (flags['insecure-registry'] as readonly string[] | undefined) ?? [],
});
