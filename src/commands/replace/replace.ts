import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import { subresourceFlag } from '../apply/flags.ts';
import { type CommandContext, defineCommand, type Invocation } from '../command.ts';
import { deleteObjects } from '../delete/delete.ts';
import { type DeleteOptions, forceFlag, gracePeriodFlag, timeoutFlag, waitFlag } from '../delete/options.ts';
import { cascadeFlag, parseCascade } from '../shared/cascade.ts';
import { addSource, throwCollected } from '../shared/errors.ts';
import { type FileOptions, hasFiles, readFileOptions, validateFileOptions } from '../shared/file-options.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import { type Manifest, readAllManifests } from '../shared/manifests.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { postObject } from '../shared/post-object.ts';
import {
  dryRunFlag,
  fieldManagerFlag,
  fileFlags,
  previewFlag,
  printFlags,
  validateFlag,
} from '../shared/print-flags.ts';
import { missingPaths } from '../shared/refuse-mixed.ts';
import { type ResultPrinter, readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { saveConfigFlag } from '../shared/save-config.ts';
import { sendRaw, validateRaw } from '../shared/send-raw.ts';
import { untilGone } from '../shared/until-gone.ts';
import { type DryRun, type FieldValidation, parseDryRun, parseValidate, writeQuery } from '../shared/write-flags.ts';

interface ReplaceOptions {
  files: FileOptions;
  output: ResultOutput;
  outputText: string;
  dryRun: DryRun;
  validation: FieldValidation;
  fieldManager: string;
  preview: boolean;
  saveConfig: boolean;
  subresource: string;
  raw: string;
  force: boolean;
  deletion: Pick<DeleteOptions, 'propagationPolicy' | 'gracePeriod' | 'timeout' | 'wait'>;
}

/** How long a deleted object may take where no `--timeout` says so, ms. */
const goneLimit = 5 * 60_000;

/** `kctl replace`: the objects of the files in the place of those that are there. */
export const replaceCommand = defineCommand<ReplaceOptions>({
  flags: [
    cascadeFlag,
    dryRunFlag,
    fieldManagerFlag('kubectl-replace'),
    ...fileFlags('the objects to put there'),
    forceFlag,
    gracePeriodFlag,
    previewFlag,
    ...printFlags(objectFormats.join(', ')),
    { name: 'raw', type: 'string', default: '', describe: 'Path on the server to PUT the file to.' },
    saveConfigFlag,
    subresourceFlag,
    timeoutFlag,
    validateFlag,
    waitFlag,
  ],
  complete: completeReplace,
  validate(options) {
    const { files, deletion, force, dryRun, raw, outputText } = options;
    validateFileOptions(files);
    const wrong: readonly (readonly [boolean, string])[] = [
      [deletion.gracePeriod !== undefined && !force, '--grace-period must have --force specified'],
      [deletion.timeout !== 0 && !force, '--timeout must have --force specified'],
      [force && dryRun !== 'none', '--dry-run can not be used when --force is set'],
      [!hasFiles(files), 'must specify --filename to replace'],
      [options.preview && (force || raw !== ''), '--preview knows neither --force nor --raw'],
      [raw !== '' && files.filenames.length !== 1, '--raw can only use a single local file or stdin'],
    ];
    const found = wrong.find(([isWrong]) => isWrong);
    if (found) throw new KctlError('usage', found[1]);
    if (raw !== '') validateRaw(raw, files, outputText);
  },
  async run(options, context) {
    if (options.raw !== '') return sendRaw('PUT', options.raw, options.files.filenames[0]!, context);
    const cluster = await context.connect();
    const preview = options.preview ? await previewOf(options, cluster, context) : undefined;
    const printer = preview ?? (await resultPrinter(options.output, options.dryRun, context.io));
    const { manifests, unread } = await readAllManifests(
      { ...options.files, io: context.io, signal: context.signal, validated: options.validation !== 'Ignore' },
      cluster,
    );
    throwCollected(missingPaths(unread));
    if (options.force) return replaceByForce(manifests, unread, options, printer, cluster, context);
    const errors: unknown[] = [];
    for (const manifest of manifests) {
      try {
        const how = preview ? { ...options, dryRun: 'server' as const } : options;
        printer.print(manifest.resource, await replaceOne(manifest, how, cluster, context), 'replaced');
      } catch (error) {
        errors.push(addSource('replacing', manifest.source, error));
      }
    }
    await preview?.finish();
    throwCollected([...errors, ...unread]);
  },
});

/** What a rehearsal by the server comes to is shown against what is there. */
async function previewOf({ fieldManager }: ReplaceOptions, cluster: Cluster, context: CommandContext) {
  const { applyPreview } = await import('../preview/apply-preview.ts');
  return applyPreview(fieldManager, cluster, context);
}

async function completeReplace({ flags }: Invocation, { io }: CommandContext): Promise<ReplaceOptions> {
  const seconds = Number(flags['grace-period']);
  return {
    files: await readFileOptions(flags),
    output: readResultOutput(flags),
    outputText: String(flags.output),
    dryRun: parseDryRun(flags, io),
    validation: parseValidate(flags),
    fieldManager: String(flags['field-manager']),
    preview: flags['preview'] === true,
    saveConfig: flags['save-config'] === true,
    subresource: String(flags.subresource),
    raw: String(flags.raw),
    force: flags.force === true,
    deletion: {
      propagationPolicy: parseCascade(String(flags.cascade), io),
      // Nothing goes at once: a program has a second to stop, and is waited for.
      gracePeriod: seconds < 0 ? undefined : Math.max(seconds, 1),
      timeout: parseGoDuration(String(flags.timeout)),
      wait: flags.wait === true || seconds === 0,
    },
  };
}

async function replaceOne(
  { object, resource }: Manifest,
  options: ReplaceOptions,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<KubeObject> {
  const body = saved(object, options);
  if (options.dryRun === 'client') return body;
  if (!body.metadata.name) throw new KctlError('input', 'resource name may not be empty');
  const subresource = options.subresource || undefined;
  const path = resourcePath(resource, { ...body.metadata, subresource });
  if (!body.metadata.resourceVersion) {
    try {
      const { metadata } = await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
      if (metadata.resourceVersion) body.metadata = { ...body.metadata, resourceVersion: metadata.resourceVersion };
    } catch (error) {
      // The server's word on the PUT itself is the one to be told.
      if (!(error instanceof KctlError) || error.code !== 'api') throw error;
    }
  }
  const contentType = 'application/json';
  const request = { method: 'PUT', path, query: writeQuery(options), contentType, signal } as const;
  return cluster.transport.json<KubeObject>({ ...request, body: toCompactJson(body) });
}

function saved(object: KubeObject, { saveConfig }: ReplaceOptions): KubeObject {
  return saveConfig ? withLastApplied(object) : structuredClone(object);
}

/** `--force`: deletes the objects, waits until they are gone, creates those of the files. */
async function replaceByForce(
  manifests: readonly Manifest[],
  unread: readonly KctlError[],
  options: ReplaceOptions,
  printer: ResultPrinter,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  throwCollected(unread);
  const targets = manifests.map(({ resource, object, source }) => {
    const { name = '', namespace } = object.metadata;
    return { resource, name, namespace, source };
  });
  const deletion: DeleteOptions = {
    ...{ args: [], files: options.files, all: false, allNamespaces: false, selector: '', fieldSelector: '' },
    ...{ interactive: false, raw: '', dryRun: 'none', force: true, ignoreNotFound: true },
    preview: false,
    output: options.outputText,
    ...options.deletion,
  };
  // kubectl does not say here that `-n` does not hold for objects without a namespace.
  const source = async function* () {
    yield* targets;
  };
  await deleteObjects(source, { ...deletion, allNamespaces: true }, cluster, context);
  for (const { resource, name, namespace } of targets) {
    const path = resourcePath(resource, { name, namespace });
    await untilGone(path, options.deletion.timeout || goneLimit, cluster, context.signal);
  }
  if (manifests.length === 0) throw new KctlError('input', 'no objects passed to replace');
  const errors: unknown[] = [];
  for (const { object, resource } of manifests) {
    try {
      const { resourceVersion: _, ...metadata } = object.metadata;
      const body = saved({ ...object, metadata }, options);
      printer.print(
        resource,
        await postObject(cluster, resource, body, writeQuery(options), context.signal),
        'replaced',
      );
    } catch (error) {
      errors.push(error);
    }
  }
  throwCollected(errors);
}
