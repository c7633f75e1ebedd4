import { defineCommand } from '../command.ts';
import { buildFlags } from './flags.ts';
import type { BuildOptions } from './options.ts';

/** `kctl build`: an image from a Dockerfile, as `docker build` makes it. Its help needs none of what builds. */
export const buildCommand = defineCommand<BuildOptions>({
  flags: buildFlags,
  async complete(invocation, context) {
    const { readOptions, checkOptions } = await import('./read-options.ts');
    const options = readOptions(invocation, context);
    checkOptions(options, context.io);
    return options;
  },
  async run(options, context) {
    const { runCall } = await import('./run-call.ts');
    return runCall(options, context);
  },
});
