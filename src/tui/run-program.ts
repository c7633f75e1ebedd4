import { createInterface } from 'node:readline';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { ApiRequest, Cluster, Transport } from '../kube/cluster.ts';
import type { Program } from '../kube/program.ts';
import { KctlError } from '../lib/errors.ts';
import type { TerminalWritable } from '../lib/io.ts';
import { readUserFiles } from '../settings/read-user-files.ts';
import { readSettings } from '../settings/settings.ts';
import type { CommandResult, DashboardServices } from './services.ts';
import { askedBy } from './state/asked-by.ts';
import { isForwarding, onlyLooks, rehearsalOf } from './state/command-words.ts';
import { forSameObjects } from './state/same-objects.ts';
import { changedObject, WriteGuard } from './state/write-guard.ts';
import { localGroup } from './views/local/local-table.ts';
import type { ObjectRef } from './views/view.ts';
import { say } from './words/say.ts';

/** A sink that keeps what it is given, as text. */
function keeping(): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** A stream that is written to as before, and whose text is kept beside it. */
function overheard(stream: TerminalWritable): { stream: TerminalWritable; text(): string } {
  const kept: string[] = [];
  const write = (chunk: string | Uint8Array, ...rest: never[]) => {
    kept.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    return stream.write(chunk, ...rest);
  };
  const heard = new Proxy(stream, {
    get(target, property) {
      if (property === 'write') return write;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { stream: heard, text: () => kept.join('') };
}

const stdinOf = (text: string): Readable =>
  text === '' ? new PassThrough().end() : Readable.from([Buffer.from(text)]);

/** Until the user has seen what a command printed. */
async function untilEnter(code: number): Promise<void> {
  process.stdout.write(`\n${say('[exit code {code}] Enter goes back to the dashboard.', { code })} `);
  const reader = createInterface({ input: process.stdin });
  try {
    for await (const _ of reader) return;
  } finally {
    reader.close();
  }
}

/** A journal that the settings have turned off is not turned on again. */
function isJournalOff(env: Record<string, string | undefined>): boolean {
  try {
    return readSettings(env).journal?.enabled === false;
  } catch {
    // Commands that change something say themselves what is wrong with the settings.
    return false;
  }
}

/** A connection that a command can use and not end, nor turn its warnings to itself. */
function lent(cluster: Cluster, guard: Pick<WriteGuard, 'over'>, targets: readonly ObjectRef[] = []): Cluster {
  const { transport } = cluster;
  const own: Transport = {
    server: transport.server,
    send: (request) => transport.send(request),
    json: (request) => transport.json(request),
    openChannels: (request) => transport.openChannels(request),
    openTunnel: (request) => transport.openTunnel(request),
    pass: (request) => transport.pass(request),
    now: () => transport.now(),
    onWarning() {},
    close() {},
  };
  return { ...cluster, transport: guard.over(forSameObjects(own, targets)) };
}

/** Which objects the writes of a rehearsal are about. */
class Tally extends Set<string> {
  readonly #argv: readonly string[];

  constructor(argv: readonly string[]) {
    super();
    this.#argv = argv;
  }

  over<Kind extends Pick<Transport, 'send' | 'json'>>(transport: Kind): Kind {
    const noted = (request: ApiRequest): ApiRequest => {
      const object = changedObject(this.#argv, request);
      if (object !== undefined) this.add(object);
      return request;
    };
    return {
      ...transport,
      send: (request: ApiRequest) => transport.send(noted(request)),
      json: <T>(request: ApiRequest) => transport.json<T>(noted(request)),
    };
  }
}

/** What the settings of this context forbid; they are read anew, so that what protects holds as soon as it is written. */
function guardOf(
  argv: readonly string[],
  { contextName }: Cluster,
  env: Record<string, string | undefined>,
  targets?: readonly ObjectRef[],
): WriteGuard {
  if (onlyLooks(argv) && !isForwarding(argv)) return new WriteGuard({}, argv);
  const { deny, maxBulk } = readUserFiles(env, contextName).settings;
  // Rows were counted when they were chosen; files and changes of the journal are not the objects themselves.
  const isCounted = targets?.every(({ resource }) => resource.group !== localGroup);
  return new WriteGuard({ ...(deny && { deny }), ...(maxBulk !== undefined && !isCounted && { maxBulk }) }, argv);
}

/**
 * The two ways of running a command line in the context of `cluster`; without a program both refuse.
 * @param kubeconfig the file that the dashboard was opened with, for commands about kubeconfigs
 */
export function runServices(
  program: Program | undefined,
  cluster: Cluster,
  env: Record<string, string | undefined>,
  kubeconfig?: string,
): Pick<DashboardServices, 'run' | 'runOnTerminal'> {
  // Who works in the dashboard is as much a person as who types on a terminal: what they change can be undone,
  // and what is refused is explained.
  const attended = { ...(isJournalOff(env) ? {} : { KCTL_JOURNAL: '1' }), KCTL_EXPLAIN: '1', ...env };
  const placed = (argv: readonly string[]) =>
    argv[0] === 'config' && kubeconfig !== undefined ? [...argv, `--kubeconfig=${kubeconfig}`] : argv;
  return {
    async run(argv, { stdin = '', signal, targets } = {}): Promise<CommandResult> {
      const guard = guardOf(argv, cluster, env, targets);
      const refusal = guard.refusal(cluster.namespace, cluster.contextName);
      if (refusal) return { code: 1, stdout: '', stderr: `error: ${refusal}\n` };
      const out = keeping();
      const err = keeping();
      if (!program) return { code: 1, stdout: '', stderr: noProgram.message };
      const io = { stdin: stdinOf(stdin), stdout: out.stream, stderr: err.stream, env: attended };
      const { limit } = guard;
      const rehearsal = limit === undefined ? undefined : rehearsalOf(argv);
      if (rehearsal) {
        // More than is allowed is refused before the first is changed.
        const tally = new Tally(argv);
        const unheard = { stdin: stdinOf(stdin), stdout: keeping().stream, stderr: keeping().stream, env: attended };
        await program(placed(rehearsal), unheard, lent(cluster, tally), signal).catch(() => undefined);
        if (tally.size > limit!) {
          const said = say('{count} objects are more than the {limit} that the settings allow at once', {
            count: tally.size,
            limit: limit!,
          });
          return { code: 1, stdout: '', stderr: `error: ${said}\n` };
        }
      }
      const asked = () => program(placed(argv), io, lent(cluster, guard, targets), signal);
      const code = await askedBy(`kctl ${argv[0]}`, asked).catch((error: Error) => {
        err.stream.write(error.message);
        return 1;
      });
      return { code, stdout: out.text(), stderr: err.text() };
    },
    async runOnTerminal(argv, { pause = false } = {}) {
      if (!program) throw noProgram;
      const guard = guardOf(argv, cluster, env);
      const refusal = guard.refusal(cluster.namespace, cluster.contextName);
      if (refusal) throw new KctlError('input', refusal);
      const heard = overheard(process.stderr);
      const code = await program(argv, { stderr: heard.stream }, lent(cluster, guard));
      if (pause) await untilEnter(code);
      return { code, stderr: heard.text() };
    },
  };
}

const noProgram = new KctlError('internal', 'the command line is not at hand');
