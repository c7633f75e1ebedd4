import { isDeepStrictEqual } from 'node:util';
import { lastAppliedAnnotation } from '../../api/changes/last-applied-annotation.ts';
import { objectPatch } from '../../api/changes/object-patch.ts';
import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { goSyntax } from '../../lib/go-value.ts';
import { toCompactJson } from '../../lib/json.ts';
import { parseFirstYamlDocument } from '../../lib/yaml.ts';
import { subresourceFlag } from '../apply/flags.ts';
import { annotationPatch } from '../apply/set-last-applied.ts';
import { type CommandContext, defineCommand, type FlagSpec, type Invocation } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { withLastApplied } from '../shared/last-applied.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { fieldManagerFlag, printFlags, validateFlag } from '../shared/print-flags.ts';
import { refuseMixed } from '../shared/refuse-mixed.ts';
import { type ResultPrinter, readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { saveConfigFlag } from '../shared/save-config.ts';
import {
  nothingNamed,
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  type SelectedObject,
  selectObjects,
} from '../shared/select-objects.ts';
import { type FieldValidation, parseValidate, writeQuery } from '../shared/write-flags.ts';
import {
  type EditOutcome,
  type EditReason,
  type EditRequest,
  editHeader,
  editSession,
  lastAppliedHeader,
} from './session.ts';

interface EditOptions {
  selection: ObjectSelection;
  output: ResultOutput;
  format: 'yaml' | 'json';
  validation: FieldValidation;
  fieldManager: string;
  outputPatch: boolean;
  saveConfig: boolean;
  subresource: string;
  windowsLineEndings: boolean;
}

const sharedFlags: readonly FlagSpec[] = [
  ...objectSelectionFlags('the objects to edit', []),
  ...printFlags(objectFormats.join(', ')),
  validateFlag,
  {
    name: 'windows-line-endings',
    type: 'bool',
    default: process.platform === 'win32',
    describe: 'End the lines of the file as Windows does.',
  },
];

/** `kctl edit`: objects in the user's editor; what was changed is sent as a patch. */
export const editCommand = defineCommand<EditOptions>({
  flags: [
    ...sharedFlags,
    fieldManagerFlag('kubectl-edit'),
    { name: 'output-patch', type: 'bool', default: false, describe: 'Print the patch that is sent.' },
    saveConfigFlag,
    subresourceFlag,
  ],
  complete: completeEdit,
  async run(options, context) {
    const { targets, cluster } = await findTargets(options, context);
    if (targets.length === 0) throw new KctlError('input', 'edit cancelled, no objects found');
    const first = targets[0]!;
    const request: EditRequest = {
      ...sharedRequest(options, targets, first),
      objects: targets.map(({ object }) => withoutManagers(object)),
      header: editHeader,
      send: (edited) => patchEdited(edited, targets, options, cluster, context),
    };
    return editSession(request, context);
  },
});

/** `kctl apply edit-last-applied`: the annotation of objects in the user's editor. */
export const editLastAppliedCommand = defineCommand<EditOptions>({
  flags: [...sharedFlags, fieldManagerFlag('kubectl-client-side-apply')],
  complete: completeEdit,
  async run(options, context) {
    const { targets, cluster } = await findTargets(options, context);
    const annotated = targets.flatMap(({ resource, object }) => {
      const text = object.metadata.annotations?.[lastAppliedAnnotation];
      return text === undefined ? [] : [{ resource, object: parseExactJson(text) as KubeObject }];
    });
    if (annotated.length === 0) {
      throw new KctlError(
        'input',
        `no last-applied-configuration annotation found on resources, to create the annotation, use command \`${context.tool} apply set-last-applied --create-annotation\``,
      );
    }
    const request: EditRequest = {
      ...sharedRequest(options, annotated, annotated[0]!),
      objects: annotated.map(({ object }) => object),
      header: lastAppliedHeader,
      send: (edited) => annotateEdited(edited, annotated, options, cluster, context),
    };
    return editSession(request, context);
  },
});

async function completeEdit({ args, flags }: Invocation): Promise<EditOptions> {
  const text = String(flags.output);
  // Other formats are refused when the objects are there, as kubectl does.
  const isKnown = text === '' || text === 'json' || text === 'yaml';
  const plain = readResultOutput({ ...flags, output: isKnown ? text : '' });
  const output = isKnown ? plain : { ...plain, format: { name: text, argument: undefined } };
  return {
    selection: { ...(await readObjectSelection(args, { flags })), nameOptional: true },
    output,
    format: output.format.name === 'json' ? 'json' : 'yaml',
    validation: parseValidate(flags),
    fieldManager: String(flags['field-manager']),
    outputPatch: flags['output-patch'] === true,
    saveConfig: flags['save-config'] === true,
    subresource: String(flags.subresource ?? ''),
    windowsLineEndings: flags['windows-line-endings'] === true,
  };
}

async function findTargets(
  { selection, output, subresource }: EditOptions,
  context: CommandContext,
): Promise<{ targets: SelectedObject[]; cluster: Cluster }> {
  if (selection.args.length === 0 && !hasFiles(selection.files)) throw nothingNamed();
  refuseMixed(selection.args, selection.files);
  const cluster = await context.connect();
  const targets: SelectedObject[] = [];
  const errors: unknown[] = [];
  for await (const item of selectObjects(selection, cluster, context)) {
    if (item instanceof KctlError) errors.push(item);
    else targets.push(subresource === '' ? item : await ofSubresource(item, subresource, cluster, context));
  }
  throwCollected(errors);
  const { name } = output.format;
  if (targets.length > 0 && name !== '' && name !== 'json' && name !== 'yaml') {
    throw new KctlError(
      'usage',
      `unable to match a printer suitable for the output format "${name}", allowed formats are: json,yaml`,
    );
  }
  return { targets, cluster };
}

async function ofSubresource(
  { resource, object }: SelectedObject,
  subresource: string,
  cluster: Cluster,
  { signal }: CommandContext,
): Promise<SelectedObject> {
  const { name, namespace } = object.metadata;
  const path = resourcePath(resource, { name, namespace, subresource });
  return { resource, object: await cluster.transport.json<KubeObject>({ method: 'GET', path, signal }) };
}

type SharedRequest = Pick<EditRequest, 'format' | 'windowsLineEndings' | 'validate' | 'subject' | 'parse'>;

function sharedRequest(
  { format, windowsLineEndings, validation }: EditOptions,
  targets: readonly SelectedObject[],
  first: SelectedObject,
): SharedRequest {
  return {
    format,
    windowsLineEndings,
    subject: `${groupResource(first.resource)} ${JSON.stringify(first.object.metadata.name ?? '')}`,
    validate: (text) => {
      if (validation !== 'Ignore') validateText(text);
    },
    parse: (text) => parseObjects(text, targets),
  };
}

/** @throws KctlError in the words of kubectl's validation */
function validateText(text: string): void {
  let document: unknown;
  try {
    document = parsedText(text);
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    // Validation reads the text by itself, and says only what is wrong in it.
    const reason = error.message.replace(/^error parsing edited-file: (?:error converting YAML to JSON: )?/, '');
    throw new KctlError('input', reason, { cause: error });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new KctlError('input', 'invalid object to validate');
  }
  const { apiVersion, kind } = document as Record<string, unknown>;
  const missing = [...(apiVersion ? [] : ['apiVersion not set']), ...(kind ? [] : ['kind not set'])];
  if (missing.length > 0) throw new KctlError('input', missing.length === 1 ? missing[0]! : `[${missing.join(', ')}]`);
}

function parsedText(text: string): unknown {
  try {
    return parseFirstYamlDocument(text, 'edited-file', true);
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const reason = error.message.replace(/^error parsing edited-file: /, '');
    throw new KctlError('input', `error parsing edited-file: ${reason}`, { cause: error });
  }
}

function parseObjects(text: string, targets: readonly SelectedObject[]): KubeObject[] {
  const document = parsedText(text) as KubeObject;
  const objects =
    document.kind === 'List' && Array.isArray(document.items) ? (document.items as KubeObject[]) : [document];
  for (const object of objects) {
    object.metadata ??= {};
    if (!targets.some(({ resource }) => resource.kind === object.kind)) {
      const { name = '', namespace = '' } = object.metadata;
      throw new KctlError(
        'input',
        `resource mapping not found for name: "${name}" namespace: "${namespace}" from "edited-file": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`,
      );
    }
  }
  return objects;
}

function withoutManagers(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** @throws KctlError where the object was moved to another namespace */
function requireNamespace(object: KubeObject, resource: ResourceInfo, namespace: string): void {
  if (!resource.namespaced) return;
  object.metadata.namespace ||= namespace;
  const own = object.metadata.namespace;
  if (own === namespace) return;
  throw new KctlError(
    'input',
    `the namespace from the provided object "${own}" does not match the namespace "${namespace}". You must pass '--namespace=${own}' to perform this operation.`,
  );
}

function originalOf(object: KubeObject, targets: readonly SelectedObject[], namespace: string): SelectedObject {
  const found = targets.find((one) => one.object.metadata.uid === object.metadata.uid);
  if (found) return found;
  if (targets[0]?.resource.namespaced) object.metadata.namespace ||= namespace;
  // The words are kubectl's, which shows what Go holds.
  throw new KctlError('input', `no original object found for &unstructured.Unstructured{Object:${goSyntax(object)}}`);
}

/** Each object has a printer of its own, so that nothing stands between two of them. */
function printingEach({ output }: EditOptions, io: CommandContext['io']) {
  return async (...shown: Parameters<ResultPrinter['print']>) =>
    (await resultPrinter(output, 'none', io)).print(...shown);
}

async function patchEdited(
  edited: readonly KubeObject[],
  targets: readonly SelectedObject[],
  options: EditOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<EditOutcome> {
  const print = printingEach(options, io);
  const outcome = { reasons: [] as EditReason[], retryable: false, missing: false };
  for (const object of edited)
    requireNamespace(object, originalOf(object, targets, cluster.namespace).resource, cluster.namespace);
  for (const given of edited) {
    const { resource, object } = originalOf(given, targets, cluster.namespace);
    const original = withoutManagers(object);
    const wanted = options.saveConfig ? withLastApplied(given) : given;
    if (isDeepStrictEqual(original, wanted)) {
      await print(resource, given, 'skipped');
      continue;
    }
    const { body, contentType } = objectPatch(original, wanted);
    if (options.outputPatch) io.stdout.write(`Patch: ${body}\n`);
    const { name, namespace } = given.metadata;
    const path = resourcePath(resource, { name, namespace, subresource: options.subresource || undefined });
    const query = writeQuery({ ...options, dryRun: 'none' });
    try {
      const request = { method: 'PATCH', path, query, contentType, body, signal } as const;
      await print(resource, await cluster.transport.json<KubeObject>(request), 'edited');
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      const subject = `${groupResource(resource)} ${JSON.stringify(name ?? '')}`;
      io.stderr.write(`error: ${subject} ${noteFailure(error, subject, outcome)}\n`);
    }
  }
  return outcome;
}

/** @returns what is said of it at once */
function noteFailure(
  error: KctlError,
  subject: string,
  outcome: { reasons: EditReason[]; retryable: boolean; missing: boolean },
): string {
  if (isApiError(error, 'Invalid')) {
    const causes = error instanceof ApiStatusError ? (error.status.details?.causes ?? []) : [];
    const points = causes.map(({ field = '', message = '' }) => `${field}: ${message}`);
    outcome.reasons.push({ head: `${subject} was not valid`, points });
    return 'is invalid';
  }
  if (isApiError(error, 'NotFound')) {
    outcome.missing = true;
    return 'could not be found on the server';
  }
  outcome.retryable = true;
  return `could not be patched: ${error.message}`;
}

async function annotateEdited(
  edited: readonly KubeObject[],
  targets: readonly SelectedObject[],
  options: EditOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<EditOutcome> {
  const print = printingEach(options, io);
  for (const object of edited) {
    const kept = targets.find(({ resource }) => resource.kind === object.kind)!;
    requireNamespace(object, kept.resource, cluster.namespace);
  }
  for (const object of edited) {
    const { resource, object: original } = targets.find((one) => isSame(one.object, object)) ?? targets[0]!;
    if (isDeepStrictEqual(original, object)) {
      await print(resource, object, 'skipped');
      continue;
    }
    const { name } = object.metadata;
    const namespace = resource.namespaced ? cluster.namespace : undefined;
    await cluster.transport.json({
      method: 'PATCH',
      path: resourcePath(resource, { name, namespace }),
      query: writeQuery({ ...options, dryRun: 'none' }),
      contentType: 'application/merge-patch+json',
      body: annotationPatch(object).patch,
      signal,
    });
    await print(resource, object, 'edited');
  }
  return { reasons: [], retryable: false, missing: false };
}

function isSame(one: KubeObject, other: KubeObject): boolean {
  return (
    toCompactJson([one.apiVersion, one.kind, one.metadata.name]) ===
    toCompactJson([other.apiVersion, other.kind, other.metadata.name])
  );
}
