import type { TableRow } from '../../api/meta.ts';
import type { SourceState } from '../../api/source.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { objectReflector, type ReflectorScope, tableReflector } from '../../kube/reflector.ts';
import { parseRequestTimeout } from '../../kube/transport/request-timeout.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { createTablePrinter } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { follow } from './follow.ts';
import { type GetOptions, isTable } from './options.ts';
import { requireNamed } from './require-named.ts';
import { tableOutput } from './table-output.ts';
import { tableOptions } from './table-page.ts';
import type { GetTarget, GetTargets } from './targets.ts';

/** `get -w`: what there is, then every change, across disconnects and forgotten versions. */
export async function watchTargets(
  { targets }: GetTargets,
  options: GetOptions,
  cluster: Cluster,
  given: CommandContext,
): Promise<number> {
  const target = singleTarget(targets);
  const context = withTimeLimit(given);
  if (!isTable(options)) await watchObjects(target, options, cluster, context);
  else if (canRedraw(context.io) && !options.outputWatchEvents) {
    const { watchScreen } = await import('./watch-screen.ts');
    const source = tableReflector(cluster.transport, target.resource, scopeOf(target, options));
    await watchScreen(source, target, options, { ...context, now: () => cluster.transport.now() });
  } else await watchRows(target, options, cluster, context);
  return 0;
}

/** `--request-timeout` is how long a watch lasts; without it one goes on until it is interrupted. */
function withTimeLimit(context: CommandContext): CommandContext {
  const limit = parseRequestTimeout(String(context.globals['request-timeout'] ?? '0'));
  return limit > 0 ? { ...context, signal: AbortSignal.any([context.signal, AbortSignal.timeout(limit)]) } : context;
}

function singleTarget(targets: readonly GetTarget[]): GetTarget {
  const [target] = targets;
  if (!target || targets.length > 1) throw new KctlError('usage', 'you may only specify a single resource type');
  if ((target.names?.length ?? 0) > 1) {
    throw new KctlError(
      'usage',
      'watch is only supported on individual resources and resource collections - more than 1 resource was found',
    );
  }
  return target;
}

function canRedraw({ stdout, env }: IoStreams): boolean {
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

function scopeOf(target: GetTarget, options: GetOptions): ReflectorScope {
  const object = target.names?.[0];
  const namespace = object ? object.namespace : target.namespace;
  return {
    ...(namespace !== undefined && { namespace }),
    ...(object && { name: object.name }),
    ...(options.selector !== '' && { labelSelector: options.selector }),
    ...(options.fieldSelector !== '' && { fieldSelector: options.fieldSelector }),
  };
}

/** Lines, as kubectl writes them: one per change, under columns that stay where they are. */
async function watchRows(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const { out, colours } = await tableOutput(context);
  const source = tableReflector(cluster.transport, target.resource, scopeOf(target, options));
  const printer = createTablePrinter({ ...tableOptions(target, options, false), ...colours(target.resource) });
  const event = (type: string) => (options.outputWatchEvents ? type : undefined);
  await follow<TableRow>(
    source,
    (row) => row.object,
    {
      initial(rows, columns) {
        requireNamed(target, rows.length, options);
        out.write(printer.add(columns, options.watchOnly ? [] : rows, event('ADDED')));
      },
      change: (type, row, columns) => void out.write(printer.add(columns, [row], event(type))),
      state: (state) => tellTrouble(state, io),
    },
    signal,
  );
}

/** Whole objects, each printed as it comes. */
async function watchObjects(
  target: GetTarget,
  options: GetOptions,
  cluster: Cluster,
  { io, signal }: CommandContext,
): Promise<void> {
  const { watchObjectPrinter } = await import('./watch-objects.ts');
  const print = await watchObjectPrinter(options, io);
  const source = objectReflector(cluster.transport, target.resource, scopeOf(target, options));
  await follow(
    source,
    (object) => object,
    {
      initial(objects) {
        requireNamed(target, objects.length, options);
        if (!options.watchOnly) for (const object of objects) io.stdout.write(print('ADDED', object));
      },
      change: (type, object) => void io.stdout.write(print(type, object)),
      state: (state) => tellTrouble(state, io),
    },
    signal,
  );
}

/** Said once per interruption, so that a quiet watch and a broken one can be told apart. */
function tellTrouble({ phase, error }: SourceState, io: IoStreams): void {
  if (phase !== 'stale') return;
  io.stderr.write(`Watch interrupted, reconnecting: ${escapeTerminal(error?.message ?? 'no answer')}\n`);
}
