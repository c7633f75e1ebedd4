import { Writable } from 'node:stream';
import type { KubeObject } from '../../api/meta.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { type PodProgram, runInPod } from '../exec/run-in-pod.ts';

type Streams = Pick<PodProgram, 'stdin' | 'stdout' | 'stderr'>;

interface RunOptions {
  signal?: AbortSignal;
  /** Nothing is said of the container that was chosen. */
  quiet?: boolean;
}

/** The container at the other end of a copy: runs programs there. */
export interface RemoteSide {
  /** @throws what `runInPod` throws */
  run(command: readonly string[], streams: Streams, options?: RunOptions): Promise<void>;
}

/** What a copy asks of the other side before it begins must be answered in this time, ms. */
const questionLimit = 10_000;

/**
 * The pod is read once, at the first command; which container was chosen is said once, and not for
 * questions.
 */
export function remoteSide(
  cluster: Cluster,
  where: { namespace: string; pod: string; container: string },
  { io, signal }: CommandContext,
): RemoteSide {
  let pod: Promise<KubeObject> | undefined;
  const path = `/api/v1/namespaces/${encodeURIComponent(where.namespace)}/pods/${encodeURIComponent(where.pod)}`;
  return {
    async run(command, streams, { signal: own, quiet } = {}) {
      pod ??= cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
      await runInPod(cluster.transport, {
        pod: await pod,
        container: where.container,
        command,
        ...streams,
        signal: own ? AbortSignal.any([signal, own]) : signal,
        // A copy from a container lets all that is said of it go to the standard output, as kubectl does.
        note: (line) => !quiet && (streams.stderr === io.stdout ? io.stdout : io.stderr).write(line),
      });
    },
  };
}

/** Whether `path` is a directory there; what cannot be asked counts as none. @throws KctlError when nothing is answered */
export async function isRemoteDirectory(remote: RemoteSide, path: string): Promise<boolean> {
  const limit = AbortSignal.timeout(questionLimit);
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    await remote.run(['test', '-d', path], { stdout: nowhere(), stderr: nowhere() }, { signal: limit, quiet: true });
    return true;
  } catch (error) {
    if (limit.aborted) throw new KctlError('connection', 'context deadline exceeded', { cause: error });
    return false;
  }
}

/** True for the runtimes' words about a program that the container does not have. */
export function lacksProgram(error: unknown, program: string): boolean {
  if (!(error instanceof Error)) return false;
  const { message } = error;
  const named = message.includes(`"${program}"`) || message.includes(`exec ${program}`);
  return named && /executable file not found|no such file or directory|exec failed/i.test(message);
}

/** In single quotes, for a shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
