import { connect } from 'node:net';
import { isRunning } from './hosts-file.ts';
import type { KeeperAnswer, KeeperRequest } from './keep-forwards.ts';
import { KEEPER_PROTOCOL, type KeeperRecord, readKeepers, removeKeeper } from './keeper-files.ts';
import type { ForwardKeeper, RunningForward } from './running-forward.ts';

export interface KeptForwards {
  keeper: ForwardKeeper;
  forwards: readonly RunningForward[];
  /** Why it could not be asked: it is of another version, or does not answer. */
  trouble?: string;
}

type Environment = Record<string, string | undefined>;

/** A process that is busy is given this long. */
const PATIENCE_MS = 3_000;

/** The forwards of all processes of the user. What a process that was killed has left behind is cleared away. */
export async function keptForwards(env: Environment): Promise<KeptForwards[]> {
  const asked = await Promise.all(
    readKeepers(env).map(async (record): Promise<KeptForwards | undefined> => {
      const keeper = publicOf(record);
      if (record.protocol !== KEEPER_PROTOCOL && isRunning(record.pid)) {
        return { keeper, forwards: [], trouble: `it is kept by kctl ${record.version}, which has to be asked itself` };
      }
      try {
        const { forwards = [], error } = await ask(record, { ask: 'list' });
        return { keeper, forwards, ...(error ? { trouble: error } : {}) };
      } catch (error) {
        if (!isGone(record, error)) return { keeper, forwards: [], trouble: `process ${record.pid} does not answer` };
        removeKeeper(env, record);
        return undefined;
      }
    }),
  );
  return asked.filter((each) => each !== undefined);
}

/** Stops forwards wherever they are kept, or starts them anew. @returns the ids that were there */
export async function changeKeptForwards(
  env: Environment,
  what: 'stop' | 'restart',
  ids: readonly string[],
): Promise<string[]> {
  const answers = await Promise.all(
    readKeepers(env).map((record) => ask(record, { ask: what, ids }).catch((): KeeperAnswer => ({}))),
  );
  return answers.flatMap(({ done = [] }) => done);
}

function publicOf({ id, pid, kind, version, since }: KeeperRecord): ForwardKeeper {
  return { id, pid, kind, version, since };
}

/** Nobody listens there any more. A number that another program has got meanwhile does not make it live. */
function isGone(record: KeeperRecord, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ENOENT' || !isRunning(record.pid);
}

type Untold<R> = R extends unknown ? Omit<R, 'token'> : never;

function ask(record: KeeperRecord, request: Untold<KeeperRequest>): Promise<KeeperAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(record.socket, () =>
      socket.write(`${JSON.stringify({ ...request, token: record.token })}\n`),
    );
    socket.setEncoding('utf8');
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('end', () => {
      try {
        resolve(JSON.parse(text) as KeeperAnswer);
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
