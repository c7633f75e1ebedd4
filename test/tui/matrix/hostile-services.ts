import { pipeline, Transform } from 'node:stream';
import { groupResource, type ResourceInfo } from '../../../src/api/resource.ts';
import type { Sink, Source } from '../../../src/api/source.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import type { ViewScope } from '../../../src/tui/views/view.ts';

/**
 * What comes behind every name and text of the cluster: colours that blink, a title, the clipboard, a C1 sequence,
 * letters that turn the direction round, one without width, Korean and emoji.
 */
const evil =
  '\u001b[41;5mR\u001b[2J\u001b]0;pwned\u0007\u001b]52;c;cHduZWQ=\u0007\u009b5m\u202egnp.\u200b결제🚀👩‍👩‍👧‍👦\r\u0008';

/** For messages and labels, which may be long. */
const long = `${evil}${'길고도-긴-이름-'.repeat(20)}`;

const clean = (text: string): string => text.replaceAll(long, '').replaceAll(evil, '');

/** Kinds whose names stand in other objects as a place or a word of their own. */
const plainKinds = /^(?:namespaces|.*\.rbac\.authorization\.k8s\.io|customresourcedefinitions\..*)$/;

const nameKey = /^(?:name|\w+Name)$/;
const textKey = /^(?:message|reason|description|image|command|note|notes)$/;
/** Ports are named by numbers and words at other places; labels have a meaning of their own. */
const leftAsItIs = new Set([
  'ports',
  'port',
  'labels',
  'matchLabels',
  'selector',
  'annotations',
  'env',
  'data',
  'status.phase',
]);

function spoil(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    if (value === '') return value;
    return nameKey.test(key) ? value + evil : textKey.test(key) ? value + (key === 'reason' ? evil : long) : value;
  }
  if (Array.isArray(value)) return value.map((one) => spoil(one, key));
  if (typeof value !== 'object' || value === null || leftAsItIs.has(key)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, spoil(part, name)]));
}

function spoilObject<T extends { metadata: object }>(object: T, kind: string): T {
  const { labels } = object.metadata as { labels?: object };
  const metadata = plainKinds.test(kind) ? object.metadata : (spoil(object.metadata) as object);
  const rest = plainKinds.test(kind) ? object : (spoil(object) as T);
  return { ...rest, metadata: { ...metadata, labels: { ...labels, team: long } } };
}

/** Cells of a table as a server of bad faith would fill them. */
function spoilRow<T extends { metadata: object }>(
  row: { cells: unknown[]; object: T },
  columns: readonly { name: string }[],
  kind: string,
): { cells: unknown[]; object: T } {
  const isText = (name = '') => /^(?:message|node|object|claim|hosts|images|class|reason)$/i.test(name);
  const cells = row.cells.map((cell, at) => {
    const name = columns[at]?.name;
    if (typeof cell !== 'string' || cell === '') return cell;
    if (name === 'Name') return plainKinds.test(kind) ? cell : cell + evil;
    return isText(name) ? cell + long : cell;
  });
  return { cells, object: spoilObject(row.object, kind) };
}

const cleanScope = (scope: ViewScope): ViewScope => ({
  ...scope,
  ...(scope.name !== undefined && { name: clean(scope.name) }),
  ...(scope.labelSelector !== undefined && { labelSelector: clean(scope.labelSelector) }),
  ...(scope.fieldSelector !== undefined && { fieldSelector: clean(scope.fieldSelector) }),
});

function mapped<T>(source: Source<T>, map: (item: T, columns: readonly { name: string }[]) => T): Source<T> {
  return {
    start: (sink: Sink<T>) =>
      source.start({
        replace: (items, info) =>
          sink.replace(
            items.map((item) => map(item, info.columns)),
            info,
          ),
        change: (type, item, info) => sink.change(type, map(item, info.columns), info),
        state: (state) => sink.state(state),
      }),
    stop: () => source.stop(),
  };
}

/** Where answers are objects of the cluster, rather than what it is about itself. */
const isData = (path: string): boolean => /^\/apis?\/.*\w+\/.*\w/.test(path);

/** The same cluster, in which everything that somebody may have named or written is hostile. */
export function hostileServices(services: DashboardServices): DashboardServices {
  const { cluster } = services;
  const json: typeof cluster.transport.json = async <T>(request: Parameters<typeof cluster.transport.json>[0]) => {
    const path = request.path
      .split('/')
      .map((part) => encodeURIComponent(clean(decodeURIComponent(part))))
      .join('/');
    const answer = await cluster.transport.json<T>({ ...request, path: path.replaceAll('%3A', ':') });
    return isData(path) ? (spoil(answer) as T) : answer;
  };
  const transport = new Proxy(cluster.transport, {
    get(target, key) {
      if (key === 'json') return json;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const kindOf = (resource: ResourceInfo) => groupResource(resource);
  return {
    ...services,
    // No editor and no shell, whatever key is pressed.
    env: { ...services.env, KUBE_EDITOR: 'false' },
    runOnTerminal: async () => ({ code: 1, stderr: '' }),
    cluster: { ...cluster, transport },
    tableSource: (resource, scope, shape) =>
      mapped(services.tableSource(resource, cleanScope(scope), shape), (row, columns) =>
        spoilRow(row, columns, kindOf(resource)),
      ),
    objectSource: (resource, scope) =>
      mapped(services.objectSource(resource, cleanScope(scope)), (object) => spoilObject(object, kindOf(resource))),
    get: async (resource, namespace, name) =>
      spoilObject(await services.get(resource, namespace, clean(name)), kindOf(resource)),
    list: async (resource, scope) =>
      (await services.list(resource, cleanScope(scope))).map((object) => spoilObject(object, kindOf(resource))),
    describe: async (ref) =>
      `${(await services.describe({ ...ref, name: clean(ref.name) })).trimEnd()}\nTeam: ${long}\n`,
    async run(argv, options) {
      const { code, stdout, stderr } = await services.run(argv.map(clean), options);
      if (argv.includes('json')) {
        return { code, stdout: stdout && JSON.stringify(spoil(JSON.parse(stdout))), stderr };
      }
      return {
        code,
        stdout: stdout && `${stdout.trimEnd()}\n${long}\n`,
        stderr: stderr && `${stderr.trimEnd()} ${evil}`,
      };
    },
    async logs({ pod, container, ...request }) {
      const lines = await services.logs({ ...request, pod: clean(pod), container: clean(container) });
      const behind = new Transform({
        transform: (chunk, _, done) => done(null, String(chunk).replaceAll('\n', ` ${long}\n`)),
      });
      return pipeline(lines, behind, () => undefined);
    },
    async imageFacts(reference) {
      const facts = await services.imageFacts(clean(reference));
      return (
        facts && { ...facts, layers: facts.layers.map((one) => ({ ...one, instruction: one.instruction + long })) }
      );
    },
    async contexts() {
      const { current, contexts } = await services.contexts();
      return {
        current,
        contexts: contexts.map((one) => ({ ...one, cluster: one.cluster + evil, user: one.user + long })),
      };
    },
  };
}
