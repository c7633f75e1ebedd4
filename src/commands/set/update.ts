import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { CommandContext, FlagSpec, FlagValues } from '../command.ts';
import { ErrorList } from '../shared/errors.ts';
import type { ResultOutput } from '../shared/output-format.ts';
import { objectFormats } from '../shared/output-format.ts';
import { dryRunFlag, fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { type ResultPrinter, readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { type SetTarget, targetName } from './targets.ts';

/** What all verbs of `set` say about how a change is made and shown. */
export interface WriteOptions {
  output: ResultOutput;
  dryRun: DryRun;
  fieldManager: string;
}

export const writeFlags: readonly FlagSpec[] = [
  dryRunFlag,
  fieldManagerFlag('kubectl-set'),
  { name: 'local', type: 'bool', default: false, describe: 'Change the objects of -f as they are, and send nothing.' },
  ...printFlags(objectFormats.join(', ')),
];

export function readWriteOptions(flags: FlagValues, io: IoStreams): WriteOptions {
  return {
    output: readResultOutput(flags),
    dryRun: parseDryRun(flags, io),
    fieldManager: String(flags['field-manager']),
  };
}

/** @throws KctlError `usage` */
export function refuseLocalServerDryRun(local: boolean, dryRun: DryRun): void {
  if (local && dryRun === 'server') {
    throw new KctlError('usage', 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?');
  }
}

export interface Change {
  /** What is said of an object that was changed: `image updated`. */
  operation: string;
  /** What stands before the server's refusal. */
  refusal: string;
  /** An object that is as wanted already is sent and told all the same. */
  always?: boolean;
  /** Changes the object; false: it stays out of what follows. A KctlError is told with the object's name. */
  apply(object: KubeObject, target: SetTarget): boolean | undefined | Promise<boolean | undefined>;
}

/**
 * Changes objects one by one: all are worked out before the first is sent.
 * @param failures what went wrong beside; told before what the server refuses
 * @throws KctlError, ErrorList
 */
export async function changeObjects(
  targets: readonly SetTarget[],
  change: Change,
  options: WriteOptions,
  context: CommandContext,
  failures: KctlError[] = [],
): Promise<void> {
  const changed: { target: SetTarget; after: KubeObject | KctlError }[] = [];
  for (const target of targets) {
    const after = await worked(target, change);
    if (after) changed.push({ target, after });
  }
  const printer = await resultPrinter(options.output, options.dryRun, context.io);
  for (const { target, after } of changed) {
    try {
      if (after instanceof KctlError) throw after;
      await send(target, after, change, options, printer, context);
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      failures.push(error);
    }
  }
  throwTold(failures);
}

async function worked(target: SetTarget, { apply }: Change): Promise<KubeObject | KctlError | undefined> {
  const after = structuredClone(target.object);
  try {
    return (await apply(after, target)) === false ? undefined : after;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    return new KctlError('input', `error: ${targetName(target)} ${error.message}\n`, { cause: error });
  }
}

async function send(
  target: SetTarget,
  after: KubeObject,
  { operation, refusal, always }: Change,
  { dryRun, fieldManager }: WriteOptions,
  printer: ResultPrinter,
  { signal }: CommandContext,
): Promise<void> {
  const { object: before, resource, cluster } = target;
  const { threeWayStrategicPatch } = await import('../../api/strategic-merge.ts');
  const patch = threeWayStrategicPatch(before, after, before, before.apiVersion, before.kind);
  if (Object.keys(patch).length === 0 && !always) return;
  let result = after;
  if (cluster && dryRun !== 'client') {
    const { namespace, name } = before.metadata;
    const request = {
      method: 'PATCH' as const,
      path: resourcePath(resource, { namespace, name }),
      query: writeQuery({ dryRun, fieldManager }),
      contentType: 'application/strategic-merge-patch+json',
      body: toCompactJson(patch),
      signal,
    };
    try {
      result = await cluster.transport.json<KubeObject>(request);
    } catch (error) {
      if (!(error instanceof KctlError) || refusal === '') throw error;
      throw new KctlError('api', `${refusal}${error.message}`, { cause: error });
    }
  }
  printer.print(resource, printer.wantsObjects ? await declared(result) : result, operation);
}

/** kubectl knows the types of what it sets, and prints objects as their types have them. */
async function declared(object: KubeObject): Promise<KubeObject> {
  return (await import('../../api/declared.ts')).asDeclared(object);
}

/** A failure that stands alone ends without the empty line that follows it in a list. */
function throwTold(failures: readonly KctlError[]): void {
  const [only] = failures;
  if (failures.length > 1) throw new ErrorList(failures);
  if (only) throw only.message.endsWith('\n') ? new KctlError(only.code, only.message.trimEnd()) : only;
}
