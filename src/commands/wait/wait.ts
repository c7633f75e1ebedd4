import { setTimeout as delay } from 'node:timers/promises';
import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { objectFormats, type ResultOutput } from '../shared/output-format.ts';
import { printFlags } from '../shared/print-flags.ts';
import { withProgress } from '../shared/progress.ts';
import { readResultOutput, resultPrinter } from '../shared/result-printer.ts';
import {
  nothingNamed,
  type ObjectSelection,
  objectSelectionFlags,
  readObjectSelection,
  type SelectedObject,
  selectObjects,
} from '../shared/select-objects.ts';
import { parseWish, type Wish } from './condition.ts';
import { followObject, timedOut } from './follow-object.ts';

interface WaitOptions {
  selection: ObjectSelection;
  wish: Wish;
  /** As it was typed. */
  wished: string;
  /** Milliseconds; 0 looks once. */
  timeout: number;
  output: ResultOutput;
}

/** How often an object that does not exist yet is looked for, in ms. */
const LOOK = 500;
/** What a negative timeout stands for. */
const WEEK = 7 * 24 * 3_600_000;

/** `kctl wait`: until all that is named is created, is gone or says what is wished for. */
export const waitCommand = defineCommand<WaitOptions>({
  flags: [
    ...objectSelectionFlags('the objects to wait for', [
      'all',
      'all-namespaces',
      'field-selector',
      'selector',
      'where',
    ]),
    {
      name: 'for',
      type: 'string',
      default: '',
      describe: "What to wait for: create, delete, condition=TYPE[=STATUS] or jsonpath='{PATH}'[=VALUE].",
    },
    { name: 'local', type: 'bool', default: false, describe: 'Take the objects of -f as they are, and ask nobody.' },
    ...printFlags(objectFormats.join(', ')),
    {
      name: 'timeout',
      type: 'duration',
      default: '30s',
      describe: 'When to give up; 0 looks once, less than 0 waits for a week.',
    },
  ],
  async complete(invocation) {
    const { flags } = invocation;
    const output = readResultOutput(flags);
    const timeout = parseGoDuration(String(flags.timeout));
    return {
      output,
      wish: parseWish(String(flags.for)),
      wished: String(flags.for),
      timeout: timeout < 0 ? WEEK : timeout,
      selection: await readObjectSelection(invocation.args, { flags }),
    };
  },
  validate({ selection, wish }) {
    const { args, files, local } = selection;
    const hasFiles = files.filenames.length > 0 || files.kustomize !== '';
    if (local && args.length > 0) throw localNeedsFiles();
    if (hasFiles && args.length > 0) {
      const what = args.some((word) => word.includes('/')) ? 'resource/name' : 'resource';
      const message =
        what === 'resource/name'
          ? 'resource/name arguments cannot be provided when a path is specified'
          : 'when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well';
      throw new KctlError('usage', message);
    }
    if (!hasFiles && args.length === 0) throw nothingNamed();
    // kubectl would end in a crash: what is not asked for on a server says nothing of its state.
    if (local && wish.kind !== 'create') throw new KctlError('usage', '--local works with --for=create only');
  },
  async run(options, context) {
    const cluster = await context.connect();
    const end = performance.now() + options.timeout;
    if (options.wish.kind === 'create') {
      await withProgress(
        context.io,
        () => 'waiting for what is not there yet',
        () => waitUntilFound(options.selection, end, cluster, context),
      );
    }
    const printer = await resultPrinter(options.output, 'none', context.io);
    const errors: unknown[] = [];
    let found = 0;
    for await (const item of selectObjects(options.selection, cluster, context)) {
      if (item instanceof KctlError) {
        if (options.wish.kind !== 'delete' || !isApiError(item, 'NotFound')) errors.push(item);
        continue;
      }
      found++;
      try {
        printer.print(item.resource, await waitFor(item, options, end, cluster, context), 'condition met');
      } catch (error) {
        if (!(error instanceof KctlError) || context.signal.aborted) throw error;
        errors.push(error);
      }
    }
    throwCollected(errors);
    if (found === 0 && options.wish.kind !== 'delete') throw new KctlError('input', 'no matching resources found');
  },
});

function localNeedsFiles(): KctlError {
  return new KctlError(
    'usage',
    "you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
  );
}

/** Until everything that is named is there. Two that are missing are told at once, as by kubectl. */
async function waitUntilFound(
  selection: ObjectSelection,
  end: number,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  for (;;) {
    const errors: KctlError[] = [];
    for await (const item of selectObjects(selection, cluster, context)) {
      if (item instanceof KctlError) errors.push(item);
    }
    if (errors.length === 0) return;
    if (errors.length > 1 || !isApiError(errors[0], 'NotFound')) throwCollected(errors);
    const rest = end - performance.now();
    await delay(Math.max(0, Math.min(LOOK, rest)), undefined, { signal: context.signal });
    if (rest <= 0) throw new KctlError('api', 'timed out waiting for the condition');
  }
}

/** @returns the object to print */
async function waitFor(
  { resource, object }: SelectedObject,
  { wish, wished, timeout }: WaitOptions,
  end: number,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<KubeObject> {
  if (wish.kind === 'create') return object;
  const { namespace, name = '' } = object.metadata;
  if (timeout === 0) {
    if (wish.kind === 'state' && wish.isMet(object)) return object;
    throw new KctlError('api', `condition not met for ${resource.plural}/${name}`);
  }
  // The time is one for all: what comes behind an object that used it up fails, too.
  if (performance.now() >= end) throw timedOut({ resource, name });
  const goal = wish.kind === 'delete' ? { gone: true } : { isMet: wish.isMet };
  const found = await withProgress(
    io,
    () => `waiting for ${resource.plural}/${name}: ${wished}`,
    () => followObject({ resource, namespace, name, end, signal }, goal, cluster),
  );
  return found ?? object;
}
