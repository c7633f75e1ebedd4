import { digestOf } from '../../digest.ts';
import { type BuildProgress, type Vertex, VertexLog } from './progress.ts';

interface RawVertex {
  digest: string;
  name: string;
  started?: string;
  completed?: string;
  cached?: boolean;
  error?: string;
}

/**
 * `--progress=rawjson`: one JSON object a line, in the shape of BuildKit's `SolveStatus` (client/graph.go): `vertexes`
 * each time that one begins or ends, `logs` of what programs print (`data` in base64), `statuses` of what is noted.
 */
export function rawProgress(write: (text: string) => void, now: () => number): BuildProgress {
  let count = 0;
  const time = () => new Date(now()).toISOString();
  const send = (status: object) => write(`${JSON.stringify(status)}\n`);
  return {
    begin(name): Vertex {
      count++;
      const log = new VertexLog(now);
      const vertex: RawVertex = { digest: digestOf(Buffer.from(`${count} ${name}`)), name, started: time() };
      const { digest } = vertex;
      const sendVertex = (changes: Partial<RawVertex> = {}) => {
        Object.assign(vertex, changes);
        send({ vertexes: [vertex] });
      };
      const note = (id: string) => {
        const at = time();
        send({ statuses: [{ id, vertex: digest, current: 0, timestamp: at, started: at, completed: at }] });
      };
      const end = (changes: Partial<RawVertex> = {}) => sendVertex({ completed: time(), ...changes });
      sendVertex();
      return {
        note,
        output(chunk) {
          log.add(chunk);
          send({
            logs: [{ vertex: digest, stream: 1, data: Buffer.from(chunk).toString('base64'), timestamp: time() }],
          });
        },
        missed: (why) => note(`not reused: ${why}`),
        cached: () => end({ cached: true }),
        done: () => end(),
        failed: (message, isCancelled) => end({ error: isCancelled ? 'context canceled' : message }),
        tail: () => log.tail(),
      };
    },
    end() {},
  };
}
