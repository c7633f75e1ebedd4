import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { findBuiltinKind } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type Command, type CommandContext, defineCommand, type FlagSpec, type FlagValues } from '../command.ts';
import { goErrorText } from '../shared/go-error.ts';
import { objectFormats, ownFormatsBeside } from '../shared/output-format.ts';
import { postInNamespace } from '../shared/post-object.ts';
import { dryRunFlag, fieldManagerFlag, printFlags, validateFlag } from '../shared/print-flags.ts';
import { requireFlags } from '../shared/required-flags.ts';
import { type ResultPrinter, readResultOutput } from '../shared/result-printer.ts';
import { annotateLastApplied, saveConfigFlag } from '../shared/save-config.ts';
import { typedPrinter } from '../shared/typed-printer.ts';
import { type DryRun, type FieldValidation, parseDryRun, parseValidate, writeQuery } from '../shared/write-flags.ts';
import { oneName } from './one-name.ts';

/** What a sub-command knows of its command line when it makes its object. */
export interface MakeRequest {
  name: string;
  /** The words after `--`. */
  command: readonly string[];
  flags: FlagValues;
  /** Long names of flags that were typed. */
  given: ReadonlySet<string>;
  context: CommandContext;
  cluster: Cluster;
}

/** How `create TYPE NAME` makes its object, and what it says where it cannot. */
export interface Creation {
  apiVersion: string;
  kind: string;
  /** Its own flags, in kubectl's words and types. */
  flags: readonly FlagSpec[];
  required?: readonly string[];
  /** In front of what the server refuses: `failed to create job: `. Absent: its answer is told as it is. */
  failure?: string;
  /** Refuses what cannot work. @throws KctlError */
  check?(request: MakeRequest): void | Promise<void>;
  /** The object without kind, version and namespace; its name may differ from the one that was given. */
  make(request: MakeRequest): Fields | Promise<Fields>;
}

type Fields = Record<string, unknown> & { metadata: KubeObject['metadata'] };

interface CreationOptions {
  request: MakeRequest;
  dryRun: DryRun;
  saveConfig: boolean;
  validation: FieldValidation;
  fieldManager: string;
  printer: ResultPrinter;
}

/** A sub-command of `create`: the flags that all of them have, and the way from the words to the answer. */
export function creationCommand(creation: Creation): Command<CreationOptions> {
  return defineCommand<CreationOptions>({
    takesCommand: true,
    flags: [
      ...creation.flags,
      dryRunFlag,
      fieldManagerFlag('kubectl-create'),
      ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
      saveConfigFlag,
      validateFlag,
    ],
    async complete({ args, afterDash, flags, given }, context) {
      requireFlags(given, creation.required ?? []);
      const name = oneName(args, context);
      const cluster = await context.connect();
      const dryRun = parseDryRun(flags, context.io);
      return {
        request: { name, command: afterDash ?? [], flags, given, context, cluster },
        dryRun,
        saveConfig: flags['save-config'] === true,
        fieldManager: String(flags['field-manager']),
        printer: await typedPrinter(readResultOutput(flags, context.tool), dryRun, context.io),
        validation: parseValidate(flags),
      };
    },
    async run(options) {
      const { request, dryRun, saveConfig, printer } = options;
      const { cluster } = request;
      await creation.check?.(request);
      const resource = findBuiltinKind(creation.apiVersion, creation.kind)!;
      const { metadata, ...fields } = await creation.make(request);
      const isPlaced = resource.namespaced && cluster.namespaceExplicit;
      const made = asDeclared({
        ...{ apiVersion: creation.apiVersion, kind: creation.kind },
        metadata: { ...metadata, ...(isPlaced && { namespace: cluster.namespace }) },
        ...fields,
      });
      if (saveConfig) annotateLastApplied(made);
      printer.print(resource, dryRun === 'client' ? made : await post(made, creation, options), 'created');
    },
  });
}

async function post(made: KubeObject, creation: Creation, options: CreationOptions): Promise<KubeObject> {
  const { cluster, context } = options.request;
  const resource = findBuiltinKind(creation.apiVersion, creation.kind)!;
  const query = writeQuery(options);
  try {
    return await postInNamespace(cluster, resource, made, query, context.signal);
  } catch (error) {
    if (creation.failure === undefined || !(error instanceof KctlError)) throw error;
    const path = resourcePath(resource, { namespace: cluster.namespace });
    const asked = { method: 'POST', server: cluster.transport.server, path, query };
    throw new KctlError(error.code, creation.failure + goErrorText(error, asked), { cause: error });
  }
}
