import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { warnIfDeleting } from '../apply/client-side.ts';
import { clientManager, pruneFlags, serverSideFlags } from '../apply/flags.ts';
import { serverManager } from '../apply/migrate.ts';
import { PatchFailure, patchLive } from '../apply/patcher.ts';
import { allowedResources, defaultResources, scopeNotice, staleObjects } from '../apply/prune.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { usageError } from '../shared/errors.ts';
import { type FileOptions, readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { logLine } from '../shared/log-line.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { postObject } from '../shared/post-object.ts';
import { fieldManagerFlag, fileFlags, selectorFlag } from '../shared/print-flags.ts';
import { writeQuery } from '../shared/write-flags.ts';
import { runDiff } from './program.ts';
import { fileName, maskSecret, VersionFolders } from './versions.ts';

interface DiffOptions {
  args: readonly string[];
  files: FileOptions;
  serverSide: boolean;
  forceConflicts: boolean;
  fieldManager: string;
  showManagedFields: boolean;
  selector: string;
  prune: boolean;
  pruneAllowlist: readonly string[];
}

/** How often an object that changes meanwhile is looked at anew; the last time without a lock. */
const maxLooks = 4;

/** `kctl diff`: what an apply would change. Exit codes: 0 nothing, 1 something, 2 trouble. */
export const diffCommand = defineCommand<DiffOptions>({
  flags: [
    {
      name: 'concurrency',
      type: 'int',
      default: 1,
      describe: 'How many objects to look at at a time; they are written in their order all the same.',
    },
    fieldManagerFlag(clientManager),
    ...fileFlags('the objects to compare'),
    ...pruneFlags,
    selectorFlag,
    ...serverSideFlags,
    { name: 'show-managed-fields', type: 'bool', default: false, describe: 'Compare managedFields too.' },
  ],
  async complete({ args, flags, given }, { tool }) {
    return troubled(async () => {
      if (args.length > 0) throw usageError(`Unexpected args: [${args.join(' ')}]`, `${tool} diff`);
      const files = await readFileOptions(flags);
      validateFileOptions(files);
      const serverSide = flags['server-side'] === true;
      const forceConflicts = flags['force-conflicts'] === true;
      if (forceConflicts && !serverSide)
        throw new KctlError('usage', '--force-conflicts only works with --server-side');
      const ownManager = given.has('field-manager');
      return {
        args,
        files,
        serverSide,
        forceConflicts,
        fieldManager: serverSide && !ownManager ? serverManager : String(flags['field-manager']),
        showManagedFields: flags['show-managed-fields'] === true,
        selector: String(flags.selector),
        prune: flags.prune === true,
        pruneAllowlist: flags['prune-allowlist'] as readonly string[],
      };
    });
  },
  run: (options, context) =>
    troubled(async () => {
      const cluster = await context.connect();
      const allowed = options.prune ? await allowedResources(options.pruneAllowlist, cluster) : [];
      const folders = new VersionFolders(context.io.env.TMPDIR || undefined);
      try {
        const manifests = await writeVersions(folders, options, cluster, context);
        if (options.prune) await writePruned(folders, manifests, allowed, options, cluster, context);
        return await runDiff(folders, context.io);
      } finally {
        folders.remove();
      }
    }),
});

/** 1 is taken by differences, so that trouble has the code above its own. */
async function troubled<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof KctlError ? Object.assign(error, { exitCode: error.exitCode + 1 }) : error;
  }
}

interface Seen {
  manifest: Manifest;
  live: KubeObject | undefined;
}

async function writeVersions(
  folders: VersionFolders,
  options: DiffOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<Seen[]> {
  const { io, signal } = context;
  const seen: Seen[] = [];
  for await (const item of readManifests({ ...options.files, io, signal }, cluster)) {
    // Nothing is shown where one of them fails.
    if (item instanceof KctlError) throw item;
    seen.push({ manifest: item, live: await writeVersion(item, folders, options, cluster, context) });
  }
  return seen;
}

/** @returns the live object */
async function writeVersion(
  manifest: Manifest,
  folders: VersionFolders,
  options: DiffOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<KubeObject | undefined> {
  for (let look = 1; ; look++) {
    const live = await liveObject(manifest, cluster, context.signal);
    let merged: KubeObject;
    try {
      merged = await mergedObject(manifest, live, look < maxLooks, options, cluster, context);
    } catch (error) {
      if (isApiError(error, 'Conflict') && !options.serverSide && look < maxLooks) continue;
      throw error;
    }
    const shown = options.showManagedFields ? { live, merged } : { live: bare(live), merged: bare(merged) };
    const isSecret = merged.apiVersion === 'v1' && merged.kind === 'Secret';
    const { live: from, merged: to } = isSecret ? maskSecret(shown.live, shown.merged) : shown;
    const { object, resource } = manifest;
    const { namespace, name } = object.metadata;
    folders.add(
      fileName({ ...object, metadata: { namespace: resource.namespaced ? (namespace ?? '') : '', name: name ?? '' } }),
      from,
      to,
    );
    if (live) warnIfDeleting(live, context.io);
    return live;
  }
}

function bare<Given extends KubeObject | undefined>(object: Given): Given {
  if (!object) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function liveObject(
  { object, resource }: Manifest,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  if (!object.metadata.name) throw new KctlError('input', 'resource name may not be empty');
  try {
    const path = resourcePath(resource, object.metadata);
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** What the server would make of it. */
async function mergedObject(
  manifest: Manifest,
  live: KubeObject | undefined,
  locked: boolean,
  { serverSide, forceConflicts, fieldManager }: DiffOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<KubeObject> {
  const { object, resource } = manifest;
  const query = writeQuery({ dryRun: 'server', fieldManager });
  if (serverSide) {
    return cluster.transport.json<KubeObject>({
      method: 'PATCH',
      path: resourcePath(resource, object.metadata),
      query: { ...query, force: forceConflicts },
      contentType: 'application/apply-patch+yaml',
      body: toCompactJson(object),
      signal,
    });
  }
  if (!live) return postObject(cluster, resource, object, query, signal);
  try {
    const warn = (text: string) => io.stderr.write(text);
    const request = { manifest, cluster, query, overwrite: true, signal, warn, annotate: false, locked };
    return (await patchLive(live, request)).object;
  } catch (error) {
    throw error instanceof PatchFailure ? error.cause : error;
  }
}

async function writePruned(
  folders: VersionFolders,
  seen: readonly Seen[],
  allowed: readonly ResourceInfo[],
  { selector }: DiffOptions,
  cluster: Cluster,
  { io, tool, signal }: CommandContext,
): Promise<void> {
  if (allowed.length === 0) io.stderr.write(logLine('W', 'prune.go:71', scopeNotice(tool)));
  const uids = new Set(seen.map(({ live }) => live?.metadata.uid));
  const used = seen.filter(({ manifest }) => manifest.resource.namespaced);
  const namespaces = new Set(used.map(({ manifest }) => manifest.object.metadata.namespace ?? cluster.namespace));
  const resources = allowed.length > 0 ? allowed : await defaultResources(cluster);
  for await (const { object } of staleObjects(resources, selector, { uids, namespaces }, cluster, signal)) {
    folders.addPruned(object);
  }
}
