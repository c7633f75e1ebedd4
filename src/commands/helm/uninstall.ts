import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { previewDeletion } from '../preview/delete-preview.ts';
import { cascadeFlag, type PropagationPolicy, parseCascade } from '../shared/cascade.ts';
import { throwCollected, usageError } from '../shared/errors.ts';
import { objectName } from '../shared/names.ts';
import { previewFlag } from '../shared/print-flags.ts';
import { followObject } from '../wait/follow-object.ts';
import { aboutObject, removeObject } from './apply-release.ts';
import { boolFlag, dryRunFlag, isPreview, noHooksFlag, readTimeout, timeoutFlag } from './helm-flags.ts';
import { type HookManner, hooksOf, runHooks } from './hooks.ts';
import { inRemovalOrder, isKept, type ReleaseObject, type ReleaseObjects, releaseObjects } from './release-objects.ts';
import { type KeptRevision, ReleaseStore, revisionsOf } from './releases.ts';

interface UninstallOptions {
  names: readonly string[];
  preview: boolean;
  keepHistory: boolean;
  hooks: boolean;
  ignoreNotFound: boolean;
  wait: boolean;
  timeout: number;
  propagation: PropagationPolicy;
  description: string;
}

/** `kctl helm uninstall`: what helm does, without helm. */
export const uninstallCommand = defineCommand<UninstallOptions>({
  flags: [
    cascadeFlag,
    {
      name: 'description',
      type: 'string',
      default: 'Uninstallation complete',
      describe: 'What the history says of it, where that is kept.',
    },
    dryRunFlag,
    boolFlag('ignore-not-found', 'A release that is not there counts as uninstalled.'),
    boolFlag('keep-history', 'Keep its revisions: it can then be rolled back to.'),
    noHooksFlag,
    previewFlag,
    { ...timeoutFlag, describe: 'How long each hook may take, and --wait for each object.' },
    boolFlag('wait', 'Wait until all of its objects are gone.'),
  ],
  complete: ({ args, flags }, { io }) => ({
    names: args,
    preview: isPreview(flags),
    keepHistory: flags['keep-history'] === true,
    hooks: flags['no-hooks'] !== true,
    ignoreNotFound: flags['ignore-not-found'] === true,
    wait: flags.wait === true,
    timeout: readTimeout(flags),
    propagation: parseCascade(String(flags.cascade), io),
    description: String(flags.description),
  }),
  validate({ names }, { tool }) {
    if (names.length === 0) throw usageError('name a release', `${tool} helm uninstall`);
  },
  async run(options, context) {
    const cluster = await context.connect();
    const errors: unknown[] = [];
    for (const name of options.names) {
      try {
        await uninstall(name, options, cluster, context);
      } catch (error) {
        const isMissing = error instanceof KctlError && error.code === 'input' && options.ignoreNotFound;
        if (!isMissing) errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

async function uninstall(
  name: string,
  options: UninstallOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const revisions = await revisionsOf(cluster, name, signal);
  const last = revisions.at(-1)!;
  const namespace = last.secret.metadata.namespace ?? cluster.namespace;
  const all = await releaseObjects(last.release.manifest ?? '', `release ${name}`, namespace, cluster);
  const isOver = last.release.info?.status === 'uninstalled';
  if (isOver && options.keepHistory) throw new KctlError('conflict', `release ${name} is uninstalled already`);
  const going = inRemovalOrder(isOver ? [] : all.objects.filter(({ object }) => !isKept(object)));
  if (options.preview) return preview(last, going, options, cluster, context);
  const store = new ReleaseStore(cluster, signal);
  const errors = isOver ? [] : await removeAll(last, going, all, options, store, cluster, context);
  if (options.keepHistory) {
    last.release.info = { ...last.release.info, status: 'uninstalled', description: options.description };
    await store.update(last);
  } else {
    for (const revision of revisions) await store.delete(revision);
  }
  io.stdout.write(`release "${name}" uninstalled\n`);
  throwCollected(errors);
}

/** @returns what went wrong after the objects were gone @throws KctlError where objects could not be deleted */
async function removeAll(
  last: KeptRevision,
  going: readonly ReleaseObject[],
  { objects, unserved }: ReleaseObjects,
  options: UninstallOptions,
  store: ReleaseStore,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<unknown[]> {
  const { release } = last;
  const manner: HookManner = { cluster, store, io, signal, timeout: options.timeout };
  release.info = {
    ...release.info,
    status: 'uninstalling',
    deleted: new Date().toISOString(),
    description: 'Deletion in progress (or silently failed)',
  };
  if (options.hooks) await runHooks(last, 'pre-delete', manner);
  await store.update(last);
  for (const { object } of unserved)
    io.stderr.write(
      `Warning: the server knows no ${object.kind} of ${object.apiVersion} any more: nothing to delete\n`,
    );
  const errors: unknown[] = [];
  for (const one of going) {
    try {
      const isGone = await removeObject(one, undefined, options.propagation, cluster, signal);
      io.stdout.write(`${objectName(one.resource, one.object)} ${isGone ? 'deleted' : 'was gone already'}\n`);
    } catch (error) {
      errors.push(aboutObject(one, error));
    }
  }
  throwCollected(errors);
  for (const { object, resource } of objects.filter((one) => isKept(one.object)))
    io.stdout.write(`${objectName(resource, object)} kept, as it asks to be\n`);
  if (options.wait) for (const one of going) await untilGone(one, options.timeout, cluster, signal);
  try {
    if (options.hooks) await runHooks(last, 'post-delete', manner);
  } catch (error) {
    errors.push(error);
  }
  return errors;
}

async function untilGone(
  { resource, object: { metadata } }: ReleaseObject,
  timeout: number,
  cluster: Cluster,
  signal: AbortSignal,
) {
  const { namespace, name = '' } = metadata;
  await followObject({ resource, namespace, name, end: performance.now() + timeout, signal }, { gone: true }, cluster);
}

async function preview(
  { release }: KeptRevision,
  going: readonly ReleaseObject[],
  { hooks, propagation, keepHistory }: UninstallOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io } = context;
  const kept = keepHistory ? 'its history would stay' : 'its history would go with it';
  io.stdout.write(`Release ${release.name} would be uninstalled; ${kept}.\n`);
  if (hooks) {
    for (const event of ['pre-delete', 'post-delete']) {
      const names = hooksOf(release.hooks, event).map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
      if (names.length > 0) io.stdout.write(`${event} hooks that would run: ${names.join(', ')}\n`);
    }
  }
  const source = async function* () {
    for (const { resource, object } of going)
      yield { resource, name: object.metadata.name ?? '', namespace: object.metadata.namespace };
  };
  await previewDeletion(source, { propagationPolicy: propagation, ignoreNotFound: true }, cluster, context);
}
