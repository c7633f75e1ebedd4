import { asDeclared } from '../../api/declared.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected, usageError } from '../shared/errors.ts';
import { withoutFieldOrder } from '../shared/field-order.ts';
import { getNamed, resolveNames } from '../shared/named-objects.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fieldManagerFlag, printFlags, selectorFlag, validateFlag } from '../shared/print-flags.ts';
import { resolveType } from '../shared/resource-type.ts';
import { type ResultPrinter, readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import { type DryRun, type FieldValidation, parseDryRun, parseValidate, writeQuery } from '../shared/write-flags.ts';
import { listNodes } from './nodes.ts';
import { parseTaints, refuseContradictions, splitTaintWords, type TaintChanges } from './taint-args.ts';
import { changeTaints } from './taint-changes.ts';

interface TaintOptions {
  /** The type, then names. */
  resources: readonly string[];
  changes: TaintChanges;
  selector: string;
  all: boolean;
  overwrite: boolean;
  output: ResultOutput;
  dryRun: DryRun;
  validation: FieldValidation;
  fieldManager: string;
}

/** `kctl taint`: sets and takes away taints of nodes. */
export const taintCommand = defineCommand<TaintOptions>({
  flags: [
    { name: 'all', type: 'bool', default: false, describe: 'All nodes of the cluster.' },
    dryRunFlag,
    fieldManagerFlag('kubectl-taint'),
    ...printFlags(objectFormats.join(', ')),
    { name: 'overwrite', type: 'bool', default: false, describe: 'Replace taints of the same key and effect.' },
    selectorFlag,
    validateFlag,
  ],
  complete(invocation, { io, tool }) {
    const { flags } = invocation;
    const dryRun = parseDryRun(flags, io);
    const validation = parseValidate(flags);
    const { resources, taints } = splitTaintWords(invocation.args);
    if (resources.length === 0) {
      throw new KctlError('usage', 'one or more resources must be specified as <resource> <name>');
    }
    if (taints.length === 0) throw new KctlError('usage', 'at least one taint update is required');
    return {
      resources,
      changes: readTaints(taints, tool),
      selector: String(flags.selector),
      all: flags.all === true,
      overwrite: flags.overwrite === true,
      output: readResultOutput(flags),
      dryRun,
      validation,
      fieldManager: String(flags['field-manager']),
    };
  },
  async run(options, context) {
    const cluster = await context.connect();
    await requireNodeType(options.resources[0]!, cluster);
    refuseContradictions(options.changes);
    refuseChoices(options);
    // Success lines of kubectl do not tell a rehearsal.
    const printer = await resultPrinter(options.output, 'none', context.io);
    const errors: unknown[] = [];
    for await (const item of taintTargets(options, cluster, context.signal)) {
      try {
        if (item instanceof KctlError) throw item;
        await taintNode(item, options, cluster, printer, context);
      } catch (error) {
        if (!(error instanceof KctlError) || context.signal.aborted) throw error;
        errors.push(error);
      }
    }
    throwCollected(errors);
  },
});

function readTaints(specs: readonly string[], tool: string): TaintChanges {
  try {
    return parseTaints(specs);
  } catch (error) {
    throw usageError((error as Error).message, `${tool} taint`);
  }
}

async function requireNodeType(type: string, cluster: Cluster): Promise<void> {
  const { kind } = await resolveType(type.toLowerCase().split('.')[0]!, cluster.discovery);
  if (kind === 'Node') return;
  throw new KctlError('usage', `invalid resource type ${type.toLowerCase()}, only node types are supported`);
}

function refuseChoices({ all, selector, resources }: TaintOptions): void {
  if (all && selector !== '') {
    throw new KctlError('usage', "setting 'all' parameter with a non empty selector is prohibited");
  }
  if (!all && selector === '' && resources.length < 2) {
    throw new KctlError('usage', "at least one resource name must be specified since 'all' parameter is not set");
  }
}

/** The nodes; one that cannot be had comes as an error in its place. */
async function* taintTargets(
  { resources, selector, all }: TaintOptions,
  cluster: Cluster,
  signal: AbortSignal,
): AsyncGenerator<KubeObject | KctlError> {
  if (all || selector !== '') {
    yield* await listNodes(cluster, selector, 0, signal);
    return;
  }
  for (const one of await resolveNames('node', resources.slice(1), cluster.discovery)) {
    try {
      const object = await getNamed(one, cluster, signal);
      if (one.resource.kind === 'Node') yield object;
      else yield new KctlError('usage', `unexpected type *v1.${one.resource.kind}, expected Node`);
    } catch (error) {
      if (!(error instanceof KctlError) || error.code !== 'api') throw error;
      yield error;
    }
  }
}

async function taintNode(
  node: KubeObject,
  { changes, overwrite, dryRun, validation, fieldManager }: TaintOptions,
  cluster: Cluster,
  printer: ResultPrinter,
  { signal }: CommandContext,
): Promise<void> {
  const { operation, taints } = changeTaints(node, changes, overwrite);
  const resource = await cluster.discovery.resolve('nodes');
  if (dryRun === 'client') {
    const object = { ...node, spec: { ...node.spec, taints } };
    printer.print(resource, withoutFieldOrder(asDeclared(object)), operation);
    return;
  }
  const path = `/api/v1/nodes/${encodeURIComponent(node.metadata.name ?? '')}`;
  const object = await cluster.transport.json<KubeObject>({
    method: 'PATCH',
    path,
    query: writeQuery({ dryRun, fieldManager, validation }),
    contentType: 'application/strategic-merge-patch+json',
    body: JSON.stringify({ spec: { taints: taints.length > 0 ? taints : null } }),
    signal,
  });
  printer.print(resource, asDeclared(object), operation);
}
