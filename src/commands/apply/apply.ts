import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { fieldOrder } from '../../lib/json.ts';
import { type CommandContext, defineCommand, type Invocation } from '../command.ts';
import type { ApplyPreview } from '../preview/apply-preview.ts';
import { parseCascade } from '../shared/cascade.ts';
import { ErrorList, throwCollected, usageError } from '../shared/errors.ts';
import { readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { logLine } from '../shared/log-line.ts';
import { type Manifest, readAllManifests } from '../shared/manifests.ts';
import { missingPaths } from '../shared/refuse-mixed.ts';
import { type ResultPrinter, readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { parseDryRun, parseValidate } from '../shared/write-flags.ts';
import { ApplySet } from './apply-set.ts';
import { applyInClient } from './client-side.ts';
import { applyFlags, clientManager } from './flags.ts';
import { serverManager } from './migrate.ts';
import type { ApplyOptions } from './options.ts';
import { allowedResources, defaultResources, pruneFailure, type Stale, scopeNotice, staleObjects } from './prune.ts';
import { applyInServer } from './server-side.ts';
import { validateApply } from './validate.ts';

/** `kctl apply`: makes the cluster have what the files say, object by object. */
export const applyCommand = defineCommand<ApplyOptions>({
  flags: applyFlags,
  complete: completeApply,
  validate: ({ args, files }, { tool }) => {
    if (args.length > 0) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} apply`);
    validateFileOptions(files);
  },
  async run(options, context) {
    const cluster = await context.connect();
    const set = options.applySet === '' ? undefined : await ApplySet.open(options.applySet, cluster, context.signal);
    const allowed = options.prune ? await allowedResources(options.pruneAllowlist, cluster) : [];
    await validateApply(options, set);
    const asked = { set, allowed, cluster, context };
    if (options.preview) return previewApply(options, asked);
    return applyFiles(options, await resultPrinter(options.output, options.dryRun, context.io), asked);
  },
});

interface Asked {
  set: ApplySet | undefined;
  allowed: Awaited<ReturnType<typeof allowedResources>>;
  cluster: Cluster;
  context: CommandContext;
}

/** A rehearsal by the server, shown against what is there; what fails is told behind it. */
async function previewApply(options: ApplyOptions, asked: Asked): Promise<void> {
  const { applyPreview } = await import('../preview/apply-preview.ts');
  const preview = applyPreview(options.fieldManager, asked.cluster, asked.context);
  let failure: unknown;
  try {
    // What --force would delete it deletes for good: there is no rehearsal of that.
    await applyFiles({ ...options, dryRun: 'server', force: false }, preview, asked);
  } catch (error) {
    if (!(error instanceof KctlError) || error.code !== 'api') throw error;
    failure = error;
  }
  await preview.finish();
  if (failure !== undefined) throw failure;
}

/** Reports a result; a preview also knows what the server cannot try. */
type ApplyPrinter = ResultPrinter & Partial<Pick<ApplyPreview, 'awaitsNamespace'>>;

async function applyFiles(options: ApplyOptions, printer: ApplyPrinter, asked: Asked): Promise<void> {
  const { set, allowed, cluster, context } = asked;
  const { manifests, unread } = await readAllManifests(
    { ...options.files, io: context.io, signal: context.signal, validated: options.validation !== 'Ignore' },
    cluster,
  );
  throwCollected(missingPaths(unread));
  set?.addLabels(manifests);
  if (manifests.length === 0 && unread.length === 0) throw new KctlError('input', 'no objects passed to apply');
  await set?.before(manifests, options);

  const applied = await applyAll(manifests, unread, options, printer, cluster, context);
  if (printer.wantsObjects) printer.print(manifests[0]!.resource, asOne(applied), '');
  if (!options.prune) return;
  const uids = new Set(applied.map(({ metadata }) => metadata.uid));
  const pruned = set ? set.stale(uids) : stale(manifests, allowed, uids, options, cluster, context);
  await prune(pruned, set !== undefined, options, printer, cluster, context);
  await set?.after(options);
}

async function completeApply({ args, flags, given }: Invocation, { io, tool }: CommandContext): Promise<ApplyOptions> {
  if (given.has('applyset') && io.env.KUBECTL_APPLYSET !== 'true') {
    throw new KctlError('usage', 'unknown flag: --applyset', { hint: `See '${tool} apply --help' for usage.` });
  }
  const serverSide = flags['server-side'] === true;
  return {
    args,
    files: await readFileOptions(flags),
    output: readResultOutput(flags, tool),
    dryRun: parseDryRun(flags, io),
    preview: flags.preview === true,
    validation: parseValidate(flags),
    serverSide,
    forceConflicts: flags['force-conflicts'] === true,
    overwrite: flags.overwrite !== false,
    fieldManager:
      serverSide && !given.has('field-manager') ? serverManager : String(flags['field-manager'] ?? clientManager),
    subresource: String(flags.subresource),
    selector: String(flags.selector),
    force: flags.force === true,
    propagationPolicy: parseCascade(String(flags.cascade), io),
    gracePeriod: Number(flags['grace-period']),
    timeout: parseGoDuration(String(flags.timeout)),
    prune: flags.prune === true,
    pruneAllowlist: flags['prune-allowlist'] as readonly string[],
    all: flags.all === true,
    applySet: String(flags.applyset),
  };
}

/** Applies one after the other; a failure does not keep the others. @throws KctlError, ErrorList */
async function applyAll(
  manifests: readonly Manifest[],
  unread: readonly KctlError[],
  options: ApplyOptions,
  printer: ApplyPrinter,
  cluster: Cluster,
  context: CommandContext,
): Promise<KubeObject[]> {
  const applyOne = options.serverSide ? applyInServer : applyInClient;
  const applied: KubeObject[] = [];
  const failures: unknown[] = [];
  const ended = context.io.progress?.begin(() => `applied ${applied.length} of ${manifests.length}`);
  for (const manifest of manifests) {
    try {
      refuseGeneratedName(manifest);
      const { object, operation } = await applyOne(manifest, options, cluster, context);
      applied.push(object);
      if (!printer.wantsObjects) printer.print(manifest.resource, object, operation);
    } catch (error) {
      const { resource, object } = manifest;
      if (printer.awaitsNamespace?.(object.metadata.namespace, error)) printer.print(resource, object, 'created');
      else failures.push(error);
    }
  }
  ended?.();
  throwCollected(failures.length === 0 ? unread : [...joined(unread), ...failures]);
  return applied;
}

/** What could not be read is one failure among others: several of them share a line in brackets. */
function joined(errors: readonly KctlError[]): readonly KctlError[] {
  if (errors.length < 2) return errors;
  const texts = new Set(errors.map(({ message, hint }) => (hint === undefined ? message : `${message}\n${hint}`)));
  return [new KctlError('input', texts.size === 1 ? [...texts][0]! : `[${[...texts].join(', ')}]`)];
}

function refuseGeneratedName({ object: { metadata } }: Manifest): void {
  if (metadata.name || !metadata.generateName) return;
  throw new KctlError('input', `from ${metadata.generateName}: cannot use generate name with apply`);
}

function asOne(objects: readonly KubeObject[]): KubeObject {
  if (objects.length === 1) return objects[0]!;
  const list = { [fieldOrder]: true, kind: 'List', apiVersion: 'v1', metadata: {}, items: objects };
  return list as unknown as KubeObject;
}

async function* stale(
  manifests: readonly Manifest[],
  allowed: Awaited<ReturnType<typeof allowedResources>>,
  uids: ReadonlySet<string | undefined>,
  { selector }: ApplyOptions,
  cluster: Cluster,
  { io, tool, signal }: CommandContext,
): AsyncGenerator<Stale> {
  if (allowed.length === 0) io.stderr.write(logLine('W', 'prune.go:71', scopeNotice(tool)));
  const resources = allowed.length > 0 ? allowed : await defaultResources(cluster);
  const used = manifests.filter(({ resource }) => resource.namespaced);
  const namespaces = new Set(used.map(({ object }) => object.metadata.namespace ?? cluster.namespace));
  if (cluster.namespaceExplicit) namespaces.add(cluster.namespace);
  yield* staleObjects(resources, selector, { uids, namespaces }, cluster, signal);
}

async function prune(
  pruned: AsyncGenerator<Stale>,
  ofSet: boolean,
  { dryRun, gracePeriod, propagationPolicy }: ApplyOptions,
  printer: ResultPrinter,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy,
    ...(gracePeriod >= 0 && { gracePeriodSeconds: gracePeriod }),
    ...(dryRun === 'server' && { dryRun: ['All'] }),
  });
  for await (const { resource, object } of pruned) {
    const { name, namespace } = object.metadata;
    const path = resourcePath(resource, { name, namespace });
    try {
      const request = { method: 'DELETE', path, contentType: 'application/json', body, signal } as const;
      if (dryRun !== 'client') await cluster.transport.json(request);
    } catch (error) {
      throw ofSet ? setFailure({ resource, object }, error) : pruneFailure(resource, error);
    }
    printer.print(resource, object, 'pruned');
  }
}

function setFailure({ resource: { kind, group }, object: { metadata } }: Stale, error: unknown): unknown {
  if (!(error instanceof KctlError) || error instanceof ErrorList || error.code === 'connection') return error;
  const name = metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
  const shown = `${group === '' ? kind : `${kind}.${group}`} ${name}`;
  return new KctlError('api', `pruning ${shown}: ${error.message}`, { cause: error });
}
