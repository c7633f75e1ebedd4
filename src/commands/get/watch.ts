import type { KubeObject, TableRow } from '../../api/meta.ts';
import type { Source, SourceState } from '../../api/source.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { objectReflector, type ReflectorScope, tableReflector } from '../../kube/reflector.ts';
import { parseRequestTimeout } from '../../kube/transport/request-timeout.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { createTablePrinter, type TableOptions } from '../../output/table.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import { paintedOutput } from '../shared/painted-output.ts';
import type { Scopes } from '../shared/scopes.ts';
import { follow } from './follow.ts';
import { redrawsInPlace } from './in-place.ts';
import type { RowContexts } from './merge-tables.ts';
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
  context: CommandContext,
): Promise<number> {
  const groups = targets.map((target) => placesOf({ target, cluster, options, context: '', label: '' }));
  return watchGroups(groups, { severalContexts: false, severalNamespaces: false }, options, context);
}

/** Where one watch looks. */
export interface WatchPlace {
  target: GetTarget;
  cluster: Cluster;
  /** With the condition of `--where` for this cluster. */
  options: GetOptions;
  /** '' where there is only one. */
  context: string;
  /** In front of what it fails with. */
  label: string;
}

/** Each named object is watched by itself. */
export function placesOf(place: WatchPlace): WatchPlace[] {
  const { names } = place.target;
  if (names === undefined || names.length < 2) return [place];
  return names.map((object) => ({ ...place, target: { ...place.target, names: [object] } }));
}

/** @param groups the places of one type each */
export async function watchGroups(
  groups: readonly (readonly WatchPlace[])[],
  several: Pick<Scopes, 'severalContexts' | 'severalNamespaces'>,
  options: GetOptions,
  given: CommandContext,
): Promise<number> {
  const context = withTimeLimit(given);
  const failures: unknown[] = [];
  const contexts: RowContexts = new WeakMap();
  const layoutOf = async ({ target }: WatchPlace, severalKinds: boolean): Promise<TableOptions> => {
    const layout = tableOptions(target, options, severalKinds);
    if (!several.severalContexts && !several.severalNamespaces) return layout;
    return (await import('./many-tables.ts')).placeColumns(target, several, layout, contexts);
  };
  if (redrawsInPlace(options, context)) {
    const { watchScreen } = await import('./watch-screen.ts');
    const tables = await Promise.all(
      groups.map(async (places) => ({
        target: places[0]!.target,
        source: await rowSource(places, contexts, failures),
        layout: await layoutOf(places[0]!, groups.length > 1),
      })),
    );
    const { transport, namespace } = groups[0]![0]!.cluster;
    const what = several.severalNamespaces || options.allNamespaces ? '' : ` in ${namespace} namespace`;
    await watchScreen(tables, failures, options, { ...context, now: () => transport.now(), what });
  } else {
    const places = singleGroup(groups, several);
    if (isTable(options)) {
      await watchRows(
        await rowSource(places, contexts, failures),
        places[0]!.target,
        await layoutOf(places[0]!, false),
        options,
        context,
      );
    } else await watchObjects(places, options, context, failures);
  }
  throwCollected(failures);
  return 0;
}

/** `--request-timeout` is how long a watch lasts; without it one goes on until it is interrupted. */
function withTimeLimit(context: CommandContext): CommandContext {
  const limit = parseRequestTimeout(String(context.globals['request-timeout'] ?? '0'));
  return limit > 0 ? { ...context, signal: AbortSignal.any([context.signal, AbortSignal.timeout(limit)]) } : context;
}

/** What lines can show: one type, and without flags of our own one object of it or all. */
function singleGroup(
  groups: readonly (readonly WatchPlace[])[],
  { severalContexts, severalNamespaces }: Pick<Scopes, 'severalContexts' | 'severalNamespaces'>,
): readonly WatchPlace[] {
  const [places] = groups;
  if (!places || groups.length > 1) throw new KctlError('usage', 'you may only specify a single resource type');
  if (places.length > 1 && !severalContexts && !severalNamespaces) {
    throw new KctlError(
      'usage',
      'watch is only supported on individual resources and resource collections - more than 1 resource was found',
    );
  }
  return places;
}

function scopeOf(target: GetTarget, options: GetOptions): ReflectorScope {
  const object = target.names?.[0];
  if (object?.name === '') throw new KctlError('input', 'resource name may not be empty');
  const namespace = object ? object.namespace : target.namespace;
  return {
    ...(namespace !== undefined && { namespace }),
    ...(object && { name: object.name }),
    ...(options.selector !== '' && { labelSelector: options.selector }),
    ...(options.fieldSelector !== '' && { fieldSelector: options.fieldSelector }),
    ...((options.filter || options.sortBy !== '') && { wholeObjects: true }),
  };
}

/** The rows of all places of one type. */
async function rowSource(
  places: readonly WatchPlace[],
  contexts: RowContexts,
  failures: unknown[],
): Promise<Source<TableRow>> {
  const sources = await Promise.all(
    places.map(({ target, options, cluster: { transport } }) =>
      chosen(tableReflector(transport, target.resource, scopeOf(target, options)), ({ object }) => object, options),
    ),
  );
  return together(
    places,
    sources,
    ({ object }) => object,
    failures,
    ({ object }, context) => contexts.set(object, context),
  );
}

/** The only source itself, or all as one. */
async function together<T extends object>(
  places: readonly WatchPlace[],
  sources: readonly Source<T>[],
  objectOf: (item: T) => KubeObject,
  failures: unknown[],
  mark?: (item: T, context: string) => void,
): Promise<Source<T>> {
  const [first] = sources;
  if (sources.length === 1 && places[0]!.context === '') return first!;
  const { mergeSources } = await import('./merge-sources.ts');
  const parts = places.map(({ label, context }, at) => ({
    source: sources[at]!,
    label,
    ...(mark && { mark: (item: T) => mark(item, context) }),
  }));
  const keyOf = (item: T) => {
    const { uid, namespace, name } = objectOf(item).metadata;
    return uid ?? `${namespace ?? ''}/${name ?? ''}`;
  };
  return mergeSources(parts, keyOf, (error) => failures.push(error));
}

async function chosen<T>(
  source: Source<T>,
  objectOf: (item: T) => KubeObject,
  { filter }: GetOptions,
): Promise<Source<T>> {
  return filter ? (await import('./chosen-source.ts')).chosenSource(source, objectOf, filter) : source;
}

/** Lines, as kubectl writes them: one per change, under columns that stay where they are. */
async function watchRows(
  source: Source<TableRow>,
  target: GetTarget,
  layout: TableOptions,
  options: GetOptions,
  context: CommandContext,
): Promise<void> {
  const { io, signal } = context;
  const { out, colours } = await tableOutput(context);
  const printer = createTablePrinter({ ...layout, ...colours(target.resource) });
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
  places: readonly WatchPlace[],
  options: GetOptions,
  context: CommandContext,
  failures: unknown[],
): Promise<void> {
  const { watchObjectPrinter } = await import('./watch-objects.ts');
  const { io, signal } = context;
  const print = await watchObjectPrinter(options, io);
  const write = await paintedOutput(options.format.name, context);
  const itself = (object: KubeObject) => object;
  const sources = await Promise.all(
    places.map(({ target, options: asked, cluster: { transport } }) =>
      chosen(objectReflector(transport, target.resource, scopeOf(target, asked)), itself, asked),
    ),
  );
  const source = await together(places, sources, itself, failures);
  const { target } = places[0]!;
  await follow(
    source,
    (object) => object,
    {
      initial(objects) {
        requireNamed(target, objects.length, options);
        if (!options.watchOnly) for (const object of objects) write(print('ADDED', object));
      },
      change: (type, object) => write(print(type, object)),
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
