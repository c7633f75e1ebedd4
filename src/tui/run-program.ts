import { createInterface } from 'node:readline';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { Cluster } from '../kube/cluster.ts';
import type { Program } from '../kube/program.ts';
import { KctlError } from '../lib/errors.ts';
import type { TerminalWritable } from '../lib/io.ts';
import { readSettings } from '../settings/settings.ts';
import type { CommandResult, DashboardServices } from './services.ts';
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
function lent(cluster: Cluster): Cluster {
  const { transport } = cluster;
  return {
    ...cluster,
    transport: {
      server: transport.server,
      send: (request) => transport.send(request),
      json: (request) => transport.json(request),
      openChannels: (request) => transport.openChannels(request),
      openTunnel: (request) => transport.openTunnel(request),
      pass: (request) => transport.pass(request),
      now: () => transport.now(),
      onWarning() {},
      close() {},
    },
  };
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
    async run(argv, { stdin = '', signal } = {}): Promise<CommandResult> {
      const out = keeping();
      const err = keeping();
      const input = stdin === '' ? new PassThrough().end() : Readable.from([Buffer.from(stdin)]);
      if (!program) return { code: 1, stdout: '', stderr: noProgram.message };
      const io = { stdin: input, stdout: out.stream, stderr: err.stream, env: attended };
      const code = await program(placed(argv), io, lent(cluster), signal).catch((error: Error) => {
        err.stream.write(error.message);
        return 1;
      });
      return { code, stdout: out.text(), stderr: err.text() };
    },
    async runOnTerminal(argv, { pause = false } = {}) {
      if (!program) throw noProgram;
      const heard = overheard(process.stderr);
      const code = await program(argv, { stderr: heard.stream }, lent(cluster));
      if (pause) await untilEnter(code);
      return { code, stderr: heard.text() };
    },
  };
}

const noProgram = new KctlError('internal', 'the command line is not at hand');
