import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminalLines } from '../../lib/escape.ts';
import { toCompactJson } from '../../lib/json.ts';
import { createMergePatch } from '../../lib/patch/merge-patch.ts';
import { type Command, type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { hasFiles } from '../shared/file-options.ts';
import { objectFormats, ownFormatsBeside, type ResultOutput } from '../shared/output-format.ts';
import { dryRunFlag, fieldManagerFlag, printFlags } from '../shared/print-flags.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import {
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  type SelectedObject,
  selectObjects,
} from '../shared/select-objects.ts';
import { type DryRun, parseDryRun, writeQuery } from '../shared/write-flags.ts';
import { changed, type MetadataChanges, overwritten, readChanges, splitPairs } from './pairs.ts';
import { annotateVerb, labelVerb, listing, type MetadataVerb } from './verbs.ts';

interface MetadataOptions {
  selection: ObjectSelection;
  changes: MetadataChanges;
  list: boolean;
  overwrite: boolean;
  resourceVersion: string;
  output: ResultOutput;
  dryRun: DryRun;
  fieldManager: string;
}

export const labelCommand = metadataCommand(labelVerb);
export const annotateCommand = metadataCommand(annotateVerb);

function metadataCommand(verb: MetadataVerb): Command<MetadataOptions> {
  const { noun, field } = verb;
  return defineCommand<MetadataOptions>({
    flags: [
      ...objectSelectionFlags(`the objects to ${verb.name}`, [
        'all',
        'all-namespaces',
        'field-selector',
        'selector',
        'where',
      ]),
      dryRunFlag,
      fieldManagerFlag(`kubectl-${verb.name}`),
      bool('list', `Show the ${field}, and change nothing.`),
      bool('local', 'Work on the objects of -f as they are, and send nothing.'),
      bool('overwrite', `Let ${field} that are there get other values.`),
      ...printFlags(objectFormats.join(', '), ownFormatsBeside(objectFormats)),
      { name: 'resource-version', type: 'string', default: '', describe: 'Change only this version of the object.' },
    ],
    async complete({ args, flags }, { io, tool }) {
      const { resources, pairs } = splitPairs(args, noun);
      return {
        selection: await readObjectSelection(resources, { flags }),
        changes: readChanges(pairs, noun),
        list: flags.list === true,
        overwrite: flags.overwrite === true,
        resourceVersion: String(flags['resource-version']),
        output: readResultOutput(flags, tool),
        dryRun: parseDryRun(flags, io),
        fieldManager: String(flags['field-manager']),
      };
    },
    validate: (options) => validate(options, verb),
    run: (options, context) => run(options, verb, context),
  });
}

function validate({ selection, changes, list, output, dryRun }: MetadataOptions, verb: MetadataVerb) {
  const { args, files, all, selector, fieldSelector, local } = selection;
  const file = verb.name === 'label' ? 'pod' : 'rsrc';
  const wrong: readonly (readonly [boolean, string])[] = [
    [all && selector !== '', 'cannot set --all and --selector at the same time'],
    [all && fieldSelector !== '', 'cannot set --all and --field-selector at the same time'],
    [local && dryRun === 'server', 'cannot specify --local and --dry-run=server - did you mean --dry-run=client?'],
    [
      local && args.length > 0,
      `can only use local files by -f ${file}.yaml or --filename=${file}.json when --local=true is set`,
    ],
    [local && !hasFiles(files), `one or more files must be specified as -f ${file}.yaml or --filename=${file}.json`],
    [
      args.length === 0 && !hasFiles(files),
      'one or more resources must be specified as <resource> <name> or <resource>/<name>',
    ],
    [!list && changes.set.size + changes.remove.length === 0, `at least one ${verb.noun} update is required`],
    // kubectl forgets to look for `-o` in annotate.
    [list && output.format.name !== '' && verb.name === 'label', '--list and --output may not be specified together'],
  ];
  const found = wrong.find(([isWrong]) => isWrong);
  if (found) throw new KctlError('usage', found[1]);
}

async function run(options: MetadataOptions, verb: MetadataVerb, context: CommandContext): Promise<void> {
  const cluster = await context.connect();
  const { selection, output, dryRun } = options;
  const printer = await resultPrinter(output, dryRun, context.io);
  const errors: unknown[] = [];
  const isSingle = isOneObject(selection);
  if (!isSingle && !hasFiles(selection.files) && options.resourceVersion !== '') {
    throw new KctlError('usage', '--resource-version may only be used with a single resource');
  }
  for await (const item of selectObjects(selection, cluster, context)) {
    if (item instanceof KctlError) errors.push(item);
    else if (options.list) {
      const { changes, overwrite } = options;
      const before: Readonly<Record<string, string>> = item.object.metadata[verb.field] ?? {};
      const taken = overwrite ? [] : overwritten(changes, before);
      if (taken.length > 0) throw verb.conflict(taken);
      // Changes show in the list, and are not made.
      const metadata = { ...item.object.metadata, [verb.field]: changed(changes, before) };
      const text = listing(verb, { ...item.object, metadata }, item.resource.group, !isSingle);
      context.io.stdout.write(escapeTerminalLines(text));
    } else {
      try {
        const { object, operation } = await changeOne(item, options, verb, cluster, context);
        printer.print(item.resource, object, operation);
      } catch (error) {
        errors.push(error);
      }
    }
  }
  throwCollected(errors);
}

function isOneObject({ args, files }: ObjectSelection): boolean {
  return !hasFiles(files) && (args.length === 2 || (args.length === 1 && args[0]!.includes('/')));
}

async function changeOne(
  { resource, object }: SelectedObject,
  { changes, overwrite, resourceVersion, dryRun, selection, fieldManager }: MetadataOptions,
  verb: MetadataVerb,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<{ object: KubeObject; operation: string }> {
  const before: Readonly<Record<string, string>> = object.metadata[verb.field] ?? {};
  const taken = overwrite ? [] : overwritten(changes, before);
  if (taken.length > 0) throw verb.conflict(taken);
  verb.remark(changes, before, io);
  const after = changed(changes, before);
  const isEmpty = Object.keys(after).length === 0 && object.metadata[verb.field] === undefined;
  const entries = isEmpty ? {} : { [verb.field]: after };
  const metadata = { ...object.metadata, ...entries, ...(resourceVersion !== '' && { resourceVersion }) };
  const wanted: KubeObject = { ...object, metadata };
  const operation = verb.operation(before, after, overwrite);
  const body = toCompactJson(createMergePatch(object, wanted));
  if (selection.local || dryRun === 'client' || body === '{}') return { object: wanted, operation };
  const patched = await cluster.transport.json<KubeObject>({
    method: 'PATCH',
    path: resourcePath(resource, { namespace: object.metadata.namespace, name: object.metadata.name }),
    query: writeQuery({ dryRun, fieldManager }),
    contentType: 'application/merge-patch+json',
    body,
    signal,
  });
  return { object: patched, operation };
}

function bool(name: string, describe: string) {
  return { name, type: 'bool' as const, default: false, describe };
}
