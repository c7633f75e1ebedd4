import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { readPodTimeout, sessionFlags } from '../exec/exec.ts';
import { refuseEnded } from '../exec/run-in-pod.ts';
import { readOneObject } from '../shared/one-object.ts';
import { attachablePod } from '../shared/workload-pods.ts';
import { type AttachOptions, attachToPod } from './attach-to-pod.ts';

interface AttachCommandOptions extends AttachOptions {
  resources: readonly string[];
  podTimeout: number;
}

/** `kctl attach`: the streams of what already runs in a container. */
export const attachCommand = defineCommand<AttachCommandOptions>({
  flags: sessionFlags,
  complete({ args, afterDash = [], flags }, { tool, commandPath }) {
    return {
      resources: [...args, ...afterDash],
      container: String(flags.container),
      stdin: flags.stdin === true,
      tty: flags.tty === true,
      quiet: flags.quiet === true,
      podTimeout: readPodTimeout(flags, `${tool} ${commandPath}`),
    };
  },
  validate({ resources }) {
    if (resources.length === 0) throw new KctlError('usage', 'at least 1 argument is required for attach');
    if (resources.length > 2) {
      throw new KctlError(
        'usage',
        `expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${resources.length}: [${resources.join(' ')}]`,
      );
    }
  },
  async run(options, context) {
    const cluster = await context.connect();
    const object = await readOneObject(options.resources, cluster, context);
    const pod = await attachablePod(object, cluster, options.podTimeout, context.signal);
    refuseEnded(pod, 'attach');
    await attachToPod(cluster, pod, options, context);
  },
});
