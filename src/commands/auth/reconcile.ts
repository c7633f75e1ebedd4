import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { type FileOptions, readFileOptions } from '../shared/file-options.ts';
import { type Manifest, readManifests } from '../shared/manifests.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fileFlags, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { parseDryRun } from '../shared/write-flags.ts';
import { created, type Reconciled, reconcileBinding, reconcileRole } from './reconcile-role.ts';
import { reconciliationLines } from './reconciliation-lines.ts';

interface ReconcileOptions {
  files: FileOptions;
  removePermissions: boolean;
  removeSubjects: boolean;
  dryRun: boolean;
  output: ResultOutput;
}

const group = 'rbac.authorization.k8s.io';
const kinds = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding']);
/** Others may create and delete the same object meanwhile. */
const attempts = 3;

/** `kctl auth reconcile`: makes roles and bindings what files say, rule by rule and subject by subject. */
export const reconcileCommand = defineCommand<ReconcileOptions>({
  flags: [
    dryRunFlag,
    ...fileFlags('the roles and bindings'),
    ...printFlags(objectFormats.join(', ')),
    {
      name: 'remove-extra-permissions',
      type: 'bool',
      default: false,
      describe: 'Take permissions away that the files do not have.',
    },
    {
      name: 'remove-extra-subjects',
      type: 'bool',
      default: false,
      describe: 'Take subjects off that the files do not have.',
    },
  ],
  async complete(invocation, { io }) {
    const { flags } = invocation;
    const files = await readFileOptions(flags);
    if (files.filenames.length === 0 && files.kustomize === '') {
      throw new KctlError('usage', 'must specify one of -f and -k');
    }
    if (invocation.args.length > 0) throw new KctlError('usage', 'no arguments are allowed');
    const dryRun = parseDryRun(flags, io);
    if (dryRun === 'server') {
      throw new KctlError('usage', '--dry-run=server for command reconcile is not supported yet');
    }
    return {
      files,
      removePermissions: flags['remove-extra-permissions'] === true,
      removeSubjects: flags['remove-extra-subjects'] === true,
      dryRun: dryRun === 'client',
      output: readResultOutput(flags),
    };
  },
  async run(options, context) {
    const cluster = await context.connect();
    const printer = await resultPrinter(options.output, options.dryRun ? 'client' : 'none', context.io);
    const errors: unknown[] = [];
    for await (const item of readManifests({ ...options.files, io: context.io, signal: context.signal }, cluster)) {
      try {
        if (item instanceof KctlError) throw item;
        const { object, resource } = item;
        const { group: own, version } = parseApiVersion(object.apiVersion);
        if (own !== group || !kinds.has(object.kind)) continue;
        if (version !== 'v1') {
          throw new KctlError(
            'input',
            `only rbac.authorization.k8s.io/v1 is supported: not *${version}.${object.kind}`,
          );
        }
        const result = await reconcile(item, options, cluster, context);
        printer.print(resource, asDeclared(result.object), 'reconciled');
        context.io.stderr.write(reconciliationLines(result, options));
      } catch (error) {
        if (!(error instanceof KctlError) || context.signal.aborted) throw error;
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

async function reconcile(
  manifest: Manifest,
  options: ReconcileOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<Reconciled> {
  const wanted = manifest.object;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const existing = await read(manifest, cluster, context.signal);
    const result = existing ? compare(existing, wanted, options) : created(wanted);
    if (result.isProtected || options.dryRun || result.operation === 'none') return result;
    const object = await write(manifest, result, existing, cluster, context.signal);
    if (object) return { ...result, object };
  }
  throw new KctlError('conflict', 'exceeded maximum attempts');
}

function compare(existing: KubeObject, wanted: KubeObject, options: ReconcileOptions): Reconciled {
  const object = { ...existing, apiVersion: wanted.apiVersion, kind: wanted.kind };
  return wanted.kind.endsWith('Binding')
    ? reconcileBinding(object, wanted, options.removeSubjects)
    : reconcileRole(object, wanted, options.removePermissions);
}

const pathOf = ({ resource, object }: Manifest): string => {
  const { namespace, name } = object.metadata;
  return resourcePath(resource, { namespace, name });
};

/** Undefined where it does not exist. */
async function read(manifest: Manifest, { transport }: Cluster, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await transport.json<KubeObject>({ method: 'GET', path: pathOf(manifest), signal });
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** @returns undefined where somebody else was faster, so that it has to be looked at again */
async function write(
  manifest: Manifest,
  { operation, object }: Reconciled,
  existing: KubeObject | undefined,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { transport } = cluster;
  const body = JSON.stringify(object);
  const path = pathOf(manifest);
  const { namespace } = manifest.object.metadata;
  try {
    if (operation === 'update') return await transport.json<KubeObject>({ method: 'PUT', path, body, signal });
    if (operation === 'recreate') {
      const preconditions = { uid: existing?.metadata.uid };
      const options = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions });
      await transport.json({ method: 'DELETE', path, body: options, signal }).catch((error: unknown) => {
        if (!isApiError(error, 'NotFound')) throw error;
      });
    } else if (namespace) await ensureNamespace(namespace, cluster, signal);
    const collection = resourcePath(manifest.resource, { namespace });
    return await transport.json<KubeObject>({ method: 'POST', path: collection, body, signal });
  } catch (error) {
    const isOvertaken =
      operation === 'update'
        ? isApiError(error, 'NotFound')
        : isApiError(error, 'AlreadyExists') || (operation === 'recreate' && isApiError(error, 'Conflict'));
    if (isOvertaken) return undefined;
    throw error;
  }
}

/** Roles may come before their namespace; who may not look or create goes on all the same. */
async function ensureNamespace(name: string, { transport }: Cluster, signal: AbortSignal): Promise<void> {
  const path = '/api/v1/namespaces';
  const ignored = (error: unknown) => {
    if (!isApiError(error, 'Forbidden') && !isApiError(error, 'AlreadyExists')) throw error;
  };
  try {
    await transport.json({ method: 'GET', path: `${path}/${encodeURIComponent(name)}`, signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) return ignored(error);
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await transport.json({ method: 'POST', path, body, signal }).catch(ignored);
  }
}
