import type { KubeObject } from '../../api/meta.ts';
import type { Sink } from '../../api/source.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { rolloutStatusMessage } from '../../store/rollout/status.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { withProgress } from '../shared/progress.ts';
import type { WorldOptions } from './diff/world.ts';
import { readWorldOptions, registryFlags } from './registry-flags.ts';
import { readSelection, selectionFlags, selectWorkloads, type Workload, type WorkloadSelection } from './workloads.ts';

interface StatusOptions extends WorkloadSelection {
  watch: boolean;
  revision: number;
  /** Milliseconds; 0 waits without limit. */
  timeout: number;
  /** As a live tree, with its early failures. */
  live: boolean;
  registries: WorldOptions;
}

/** `kctl rollout status`: one line for every change, until the rollout is done or failed. */
export const statusCommand = defineCommand<StatusOptions>({
  flags: [
    ...selectionFlags,
    { name: 'watch', short: 'w', type: 'bool', default: true, describe: 'Wait until the rollout is done.' },
    { name: 'revision', type: 'int', default: 0, describe: 'The revision to wait for; 0 is the newest.' },
    { name: 'timeout', type: 'duration', default: '0s', describe: 'How long to wait; 0 is without limit.' },
    {
      name: 'live',
      type: 'bool',
      default: false,
      describe: 'Show it as "rollout watch" does: a live tree that ends early where waiting is of no use.',
      own: true,
    },
    ...registryFlags,
  ],
  complete: (invocation) => ({
    ...readSelection(invocation),
    watch: invocation.flags.watch === true,
    revision: Number(invocation.flags.revision),
    timeout: parseGoDuration(String(invocation.flags.timeout)),
    live: invocation.flags.live === true,
    registries: readWorldOptions(invocation.flags),
  }),
  validate({ revision }) {
    if (revision < 0) throw new KctlError('usage', `revision must be a positive integer: ${revision}`);
  },
  async run(options, context) {
    if (options.live) {
      if (options.revision > 0) throw new KctlError('usage', '--live and --revision exclude each other');
      const { watchSelected } = await import('./watch.ts');
      return watchSelected(options, options, context);
    }
    const cluster = await context.connect();
    const errors: unknown[] = [];
    for await (const item of selectWorkloads(options, cluster, context)) {
      if (item instanceof KctlError) errors.push(item);
      else await showStatus(item, cluster, options, context).catch((error: unknown) => errors.push(error));
      if (context.signal.aborted) break;
    }
    throwCollected(errors);
  },
});

async function showStatus(
  workload: Workload,
  cluster: Cluster,
  options: StatusOptions,
  { io, signal }: CommandContext,
): Promise<void> {
  const show = (object: KubeObject): boolean => {
    const { message, done } = rolloutStatusMessage(object, options.revision);
    io.stdout.write(`${message}\n`);
    return done;
  };
  if (!options.watch) {
    show(workload.object);
    return;
  }
  // Kinds without a status are told before anything is watched.
  rolloutStatusMessage(workload.object, options.revision);
  const { objectReflector } = await import('../../kube/reflector.ts');
  const { namespace, name = '' } = workload.object.metadata;
  const source = objectReflector(cluster.transport, workload.resource, { ...(namespace ? { namespace } : {}), name });
  const ended = new Promise<void>((resolve, reject) => {
    const timer =
      options.timeout > 0
        ? setTimeout(() => end(new KctlError('api', 'timed out waiting for the condition')), options.timeout)
        : undefined;
    const abort = () => end(new KctlError('usage', 'interrupted', { exitCode: 130 }));
    const end = (error?: unknown) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      source.stop();
      if (error === undefined) resolve();
      else reject(error);
    };
    signal.addEventListener('abort', abort);
    source.start(statusSink(show, end));
  });
  await withProgress(
    io,
    () => `rollout of ${workload.resource.plural}/${name}`,
    () => ended,
  );
}

function statusSink(show: (object: KubeObject) => boolean, end: (error?: unknown) => void): Sink<KubeObject> {
  const gone = () => end(new KctlError('api', 'object has been deleted'));
  const see = (object: KubeObject) => {
    try {
      if (show(object)) end();
    } catch (error) {
      end(error);
    }
  };
  return {
    replace: ([object]) => (object ? see(object) : gone()),
    change: (type, object) => (type === 'DELETED' ? gone() : see(object)),
    state(state) {
      if (state.phase === 'failed') end(state.error);
    },
  };
}
