import { PassThrough } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { Source } from '../../api/source.ts';
import type { ApiRequest, Transport } from '../../kube/cluster.ts';
import type { DashboardServices } from '../services.ts';
import type { Recorder } from './recorder.ts';
import { answerKey, sourceKey } from './recording.ts';
import type { Tape } from './tape.ts';

/** The same services, all of whose answers go to the tape as well. Without a recorder in it they cost a look at it. */
export function tapServices(services: DashboardServices, tape: Tape): DashboardServices {
  const noted = async <Value>(key: string, work: Promise<Value>): Promise<Value> => {
    try {
      const value = await work;
      tape.recorder?.answer(key, value);
      return value;
    } catch (error) {
      tape.recorder?.refusal(key, error as Error);
      throw error;
    }
  };
  const { cluster } = services;
  return {
    ...services,
    tape,
    cluster: {
      ...cluster,
      get discovery() {
        return cluster.discovery;
      },
      transport: tapTransport(cluster.transport, noted),
    },
    tableSource: (resource, scope, shape) =>
      tapSource(services.tableSource(resource, scope, shape), tape, 'table', sourceKey(resource, scope)),
    objectSource: (resource, scope) =>
      tapSource(services.objectSource(resource, scope), tape, 'objects', sourceKey(resource, scope)),
    get: (resource, namespace, name) =>
      noted(answerKey.get(resource, namespace, name), services.get(resource, namespace, name)),
    list: (resource, scope) => noted(answerKey.list(resource, scope), services.list(resource, scope)),
    describe: (ref, past) =>
      past
        ? services.describe(ref, past)
        : noted(answerKey.describe(ref.resource, ref.namespace, ref.name), services.describe(ref)),
    run: (argv, options) => noted(answerKey.run(argv), services.run(argv, options)),
    async logs(request) {
      const stream = await services.logs(request);
      if (!tape.recorder) return stream;
      const key = answerKey.log(request);
      const through = new PassThrough();
      stream.on('data', (chunk: Buffer) => tape.recorder?.log(key, chunk.toString('utf8')));
      stream.once('error', (error) => through.destroy(error));
      through.once('close', () => stream.destroy());
      return stream.pipe(through);
    },
    openContext: async (name) => tapServices(await services.openContext(name), tape),
  };
}

function tapTransport(
  transport: Transport,
  noted: <Value>(key: string, work: Promise<Value>) => Promise<Value>,
): Transport {
  return {
    server: transport.server,
    send: (request) => transport.send(request),
    json: <Value>(request: ApiRequest) => {
      const work = transport.json<Value>(request);
      return request.method === 'GET' ? noted(answerKey.json(request), work) : work;
    },
    openChannels: (request) => transport.openChannels(request),
    openTunnel: (request) => transport.openTunnel(request),
    pass: (request) => transport.pass(request),
    now: () => transport.now(),
    onWarning: (handler) => transport.onWarning(handler),
    observe: (observer) => transport.observe?.(observer),
    close: () => transport.close(),
  };
}

function tapSource<Item>(source: Source<Item>, tape: Tape, what: 'table' | 'objects', key: string): Source<Item> {
  return {
    start(sink) {
      const id = tape.nextId();
      const tell = (entry: Parameters<Recorder['source']>[0]) => {
        tape.recorder?.open(id, what, key);
        tape.recorder?.source(entry);
      };
      source.start({
        replace(items, info) {
          if (tape.recorder)
            tell({ id, replace: items as KubeObject[], columns: info.columns, version: info.resourceVersion });
          sink.replace(items, info);
        },
        change(type, item, info) {
          if (tape.recorder) tell({ id, change: type, item: item as KubeObject });
          sink.change(type, item, info);
        },
        state(state) {
          if (tape.recorder) tell({ id, state: state.phase, ...(state.error && { problem: state.error.message }) });
          sink.state(state);
        },
      });
    },
    stop: () => source.stop(),
  };
}
