import { asDeclared } from '../../api/declared.ts';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import { goSort } from '../../lib/go-sort.ts';
import { fieldOrder } from '../../lib/json.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { objectPrinter } from '../shared/object-printer.ts';
import { eventLines } from './event-lines.ts';
import { seenAt } from './interval.ts';
import { aboutSelector, checkTypes, type EventsOptions, eventsFlags, readEventsOptions } from './options.ts';

const events = findBuiltin('events')!;

/** `kctl events`: what happened, the latest last. */
export const eventsCommand = defineCommand<EventsOptions>({
  flags: eventsFlags,
  complete: ({ flags }) => readEventsOptions(flags),
  validate: ({ types }) => checkTypes(types),
  async run(options, context) {
    const cluster = await context.connect();
    const fieldSelector = await aboutSelector(options.about, cluster.discovery);
    const request = {
      path: resourcePath(events, { namespace: options.allNamespaces ? undefined : cluster.namespace }),
      query: { fieldSelector },
      signal: context.signal,
    };
    if (options.watch) await watchEvents(request, options, cluster, context);
    else await listEvents(request, options, cluster, context);
  },
});

interface EventsRequest {
  path: string;
  query: { fieldSelector: string | undefined };
  signal: AbortSignal;
}

const isWanted = ({ type }: KubeObject, { types }: EventsOptions): boolean =>
  types.length === 0 || types.includes(String(type ?? '').toLowerCase());

const asEvent = (object: KubeObject): KubeObject => ({ ...object, apiVersion: 'v1', kind: 'Event' });

async function listEvents(
  request: EventsRequest,
  options: EventsOptions,
  cluster: Cluster,
  { io }: CommandContext,
): Promise<void> {
  const found: KubeObject[] = [];
  for await (const page of listPages<KubeList>(cluster.transport, request)) {
    for (const item of page.items) if (isWanted(item, options)) found.push(asEvent(item));
  }
  if (found.length === 0) {
    io.stderr.write(
      options.allNamespaces ? 'No events found.\n' : `No events found in ${cluster.namespace} namespace.\n`,
    );
    return;
  }
  const sorted = goSort(found, (a, b) => seenAt(a) < seenAt(b));
  if (options.output.format.name === '') {
    io.stdout.write(eventLines(options, () => cluster.transport.now())(sorted));
    return;
  }
  const print = await objectPrinter(options.output, io);
  const items = sorted.map(asDeclared);
  io.stdout.write(print(typedList(items)));
}

/** As Go prints an EventList that has no metadata of its own. */
function typedList(items: readonly KubeObject[]): KubeObject {
  return {
    [fieldOrder]: true,
    kind: 'EventList',
    apiVersion: 'v1',
    metadata: {},
    items: [...items],
  } as unknown as KubeObject;
}

/** From what there is on, one event at a time; the watch is made again where its connection ends. */
async function watchEvents(
  { query, path: _, signal }: EventsRequest,
  options: EventsOptions,
  { transport, namespace }: Cluster,
  { io }: CommandContext,
): Promise<void> {
  const { objectReflector } = await import('../../kube/reflector.ts');
  const { follow } = await import('../get/follow.ts');
  const isTable = options.output.format.name === '';
  const lines = eventLines(options, () => transport.now());
  const print = isTable ? (event: KubeObject) => lines([event]) : await objectPrinter(options.output, io);
  const tell = (object: KubeObject) => {
    if (!isWanted(object, options)) return;
    const event = asEvent(object);
    io.stdout.write(print(isTable ? event : asDeclared(event)));
  };
  const scope = {
    ...(options.allNamespaces ? {} : { namespace }),
    ...(query.fieldSelector === undefined ? {} : { fieldSelector: query.fieldSelector }),
  };
  const source = objectReflector(transport, events, scope);
  const handlers = {
    initial: (items: readonly KubeObject[]) => items.forEach(tell),
    // Events go after an hour; that is no news.
    change: (type: string, object: KubeObject) => {
      if (type !== 'DELETED') tell(object);
    },
  };
  await follow(source, (object) => object, handlers, signal);
}
