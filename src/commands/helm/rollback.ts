import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { HelmRelease } from '../../store/helm/release.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { applyPreview } from '../preview/apply-preview.ts';
import { usageError } from '../shared/errors.ts';
import { objectName } from '../shared/names.ts';
import { previewFlag } from '../shared/print-flags.ts';
import { aboutObject, applyStep, planRelease, type ReleasePlan, removeObject } from './apply-release.ts';
import { boolFlag, dryRunFlag, isPreview, noHooksFlag, readTimeout, timeoutFlag } from './helm-flags.ts';
import { type HookManner, hooksOf, runHooks } from './hooks.ts';
import { allServed, releaseObjects } from './release-objects.ts';
import { helmManager, type KeptRevision, ReleaseStore, revisionsOf } from './releases.ts';

interface RollbackOptions {
  args: readonly string[];
  preview: boolean;
  hooks: boolean;
  timeout: number;
  forceConflicts: boolean;
  historyMax: number;
}

/** `kctl helm rollback`: a new revision that is as an earlier one was; what helm does, without helm. */
export const rollbackCommand = defineCommand<RollbackOptions>({
  flags: [
    dryRunFlag,
    boolFlag('force-conflicts', 'Take over fields that others own; for releases of helm 4.'),
    {
      name: 'history-max',
      type: 'int',
      default: 10,
      describe: 'Revisions that are kept, the oldest are forgotten; 0 keeps all.',
    },
    noHooksFlag,
    previewFlag,
    timeoutFlag,
  ],
  complete: ({ args, flags }) => ({
    args,
    preview: isPreview(flags),
    hooks: flags['no-hooks'] !== true,
    timeout: readTimeout(flags),
    forceConflicts: flags['force-conflicts'] === true,
    historyMax: Number(flags['history-max']),
  }),
  validate({ args }, { tool }) {
    if (args.length < 1 || args.length > 2) {
      throw usageError('name a release, and its revision unless it is the one before', `${tool} helm rollback`);
    }
    if (args[1] !== undefined && !/^\d{1,9}$/.test(args[1])) {
      throw usageError(`"${args[1]}" is not the number of a revision`, `${tool} helm rollback`);
    }
  },
  async run(options, context) {
    const cluster = await context.connect();
    const revisions = await revisionsOf(cluster, options.args[0]!, context.signal);
    const wanted = revisionNamed(revisions, Number(options.args[1] ?? 0));
    const current = revisions.at(-1)!;
    const plan = await planBetween(current, wanted, cluster, context.signal);
    if (options.preview) await preview(wanted, current, plan, options, cluster, context);
    else await rollBack(revisions, wanted, plan, options, cluster, context);
  },
});

/** @param revision 0 is the one before the present one @throws KctlError `input` where it is not kept */
function revisionNamed(revisions: readonly KeptRevision[], revision: number): KeptRevision {
  const { release } = revisions.at(-1)!;
  const version = revision === 0 ? release.version - 1 : revision;
  const found = revisions.find((one) => one.release.version === version);
  if (found) return found;
  const kept = revisions.map((one) => one.release.version).join(', ');
  throw new KctlError('input', `release ${release.name} has no revision ${version}`, {
    hint: `It has: ${kept}.`,
  });
}

const namespaceOf = ({ secret }: KeptRevision, { namespace }: Cluster): string =>
  secret.metadata.namespace ?? namespace;

async function planBetween(
  current: KeptRevision,
  wanted: KeptRevision,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReleasePlan> {
  const { name } = current.release;
  const namespace = namespaceOf(current, cluster);
  const objects = ({ release: { manifest = '', version } }: KeptRevision) =>
    releaseObjects(manifest, `revision ${version} of ${name}`, namespace, cluster);
  // What is not served any more is gone from the current one; of the one that is wanted it cannot be made.
  const [is, shall] = [
    (await objects(current)).objects,
    allServed(await objects(wanted), `revision ${wanted.release.version}`),
  ];
  return planRelease({ name, namespace }, is, shall, cluster, signal);
}

/** What the server would make of every object, and what would go. */
async function preview(
  wanted: KeptRevision,
  current: KeptRevision,
  { steps, removals, kept }: ReleasePlan,
  { hooks, forceConflicts }: RollbackOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const { release } = wanted;
  const next = current.release.version + 1;
  io.stdout.write(`Revision ${next} of ${release.name} would be as revision ${release.version} was:\n`);
  const shown = applyPreview(helmManager, cluster, context);
  const manner = { cluster, signal, serverSide: release.apply_method === 'ssa', forceConflicts, dryRun: true };
  for (const step of steps) {
    try {
      const { object, operation } = await applyStep(step, manner);
      shown.print(step.target.resource, object, operation);
    } catch (error) {
      // It is made in a namespace that is made before it: the server cannot try that.
      if (step.live || !shown.awaitsNamespace(step.target.object.metadata.namespace, error))
        throw aboutObject(step.target, error);
      shown.print(step.target.resource, step.target.object, 'created');
    }
  }
  for (const { object, live } of removals) shown.print(object.resource, live, 'pruned');
  for (const { object, resource } of kept) io.stdout.write(`${objectName(resource, object)} kept, as it asks to be\n`);
  if (hooks) {
    for (const event of ['pre-rollback', 'post-rollback']) {
      const names = hooksOf(release.hooks, event).map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
      if (names.length > 0) io.stdout.write(`${event} hooks that would run: ${names.join(', ')}\n`);
    }
  }
  await shown.finish();
}

/** The new revision: what it installs is the wanted one's, how it came about its own. */
function nextRelease(current: HelmRelease, wanted: HelmRelease, namespace: string): HelmRelease {
  return {
    name: current.name,
    info: {
      first_deployed: current.info?.first_deployed ?? '',
      last_deployed: new Date().toISOString(),
      deleted: '',
      description: `Rollback to ${wanted.version}`,
      status: 'pending-rollback',
      ...(wanted.info?.notes !== undefined && { notes: wanted.info.notes }),
    },
    ...(wanted.chart && { chart: wanted.chart }),
    ...(wanted.config && { config: wanted.config }),
    manifest: wanted.manifest ?? '',
    ...(wanted.hooks && { hooks: structuredClone(wanted.hooks) }),
    version: current.version + 1,
    namespace,
    ...(wanted.apply_method !== undefined && { apply_method: wanted.apply_method }),
  };
}

async function rollBack(
  revisions: readonly KeptRevision[],
  wanted: KeptRevision,
  plan: ReleasePlan,
  options: RollbackOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const store = new ReleaseStore(cluster, signal);
  const current = revisions.at(-1)!;
  await forgetOldest(revisions, options.historyMax, store);
  const made = await store.create(nextRelease(current.release, wanted.release, namespaceOf(current, cluster)), wanted);
  const { name, version } = made.release;
  const manner: HookManner = { cluster, store, io, signal, timeout: options.timeout };
  let isChanged = false;
  try {
    if (options.hooks) await runHooks(made, 'pre-rollback', manner);
    isChanged = true;
    await applyPlan(plan, { ...options, serverSide: wanted.release.apply_method === 'ssa' }, cluster, context);
    if (options.hooks) await runHooks(made, 'post-rollback', manner);
  } catch (error) {
    await markFailed(made, isChanged ? revisions : [], error as Error, store);
    throw error;
  }
  await supersede(revisions, store);
  made.release.info!.status = 'deployed';
  await store.update(made);
  io.stdout.write(`${name} is as revision ${wanted.release.version} was; this is revision ${version}\n`);
}

/** Room for one more; the deployed one stays whatever its age (helm's `removeLeastRecent`). */
async function forgetOldest(revisions: readonly KeptRevision[], max: number, store: ReleaseStore): Promise<void> {
  if (max <= 0) return;
  const deployed = revisions.findLast(({ release }) => release.info?.status === 'deployed');
  const others = revisions.filter((one) => one !== deployed && one !== revisions.at(-1));
  for (const one of others.slice(0, Math.max(0, revisions.length - (max - 1)))) await store.delete(one);
}

async function applyPlan(
  { steps, removals, kept }: ReleasePlan,
  { serverSide, forceConflicts }: { serverSide: boolean; forceConflicts: boolean },
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const errors: unknown[] = [];
  for (const step of steps) {
    const { target, live } = step;
    try {
      const { object, operation } = await applyStep(step, {
        cluster,
        signal,
        serverSide,
        forceConflicts,
        dryRun: false,
      });
      io.stdout.write(`${objectName(target.resource, object)} ${operation}\n`);
    } catch (error) {
      // Without an object that is to be made the rest has nothing to stand on; one that cannot be changed harms only itself.
      if (!live) throw aboutObject(target, error);
      errors.push(aboutObject(target, error));
    }
  }
  // Nothing is taken away from a release that is not whole.
  if (errors.length > 0) throw joined(errors);
  for (const { object, live } of removals) {
    try {
      await removeObject(object, live.metadata.uid, 'Background', cluster, signal);
      io.stdout.write(`${objectName(object.resource, object.object)} deleted\n`);
    } catch (error) {
      errors.push(aboutObject(object, error));
    }
  }
  for (const { object, resource } of kept) io.stdout.write(`${objectName(resource, object)} kept, as it asks to be\n`);
  if (errors.length > 0) throw joined(errors);
}

function joined(errors: readonly unknown[]): unknown {
  const [first] = errors;
  if (errors.length === 1) return first;
  return new KctlError('api', errors.map((error) => (error as Error).message).join('\n'), { cause: first });
}

/**
 * Says in the history what became of it, also after an interruption: a revision that stayed pending would keep helm from
 * any further change. The revisions before count as superseded once objects may have been changed, as helm has it.
 */
async function markFailed(
  made: KeptRevision,
  before: readonly KeptRevision[],
  error: Error,
  store: ReleaseStore,
): Promise<void> {
  const { release } = made;
  const signal = AbortSignal.timeout(10_000);
  release.info = {
    ...release.info,
    status: 'failed',
    description: `Rollback "${release.name}" failed: ${error.message}`,
  };
  // What failed first is what is told; that it could not be written down shows in the history itself.
  await store.update(made, signal).catch(() => undefined);
  await supersede(before, store, signal).catch(() => undefined);
}

async function supersede(revisions: readonly KeptRevision[], store: ReleaseStore, signal?: AbortSignal): Promise<void> {
  for (const one of revisions) {
    if (one.release.info?.status !== 'deployed') continue;
    one.release.info.status = 'superseded';
    await store.update(one, signal);
  }
}
