import { PassThrough, Readable, Writable } from 'node:stream';
import type { Cluster } from '../kube/cluster.ts';
import type { Program } from '../kube/program.ts';
import { KctlError } from '../lib/errors.ts';
import type { CommandResult, DashboardServices } from './services.ts';

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

/** The two ways of running a command line in the context of `cluster`; without a program both refuse. */
export function runServices(
  program: Program | undefined,
  cluster: Cluster,
  env: Record<string, string | undefined>,
): Pick<DashboardServices, 'run' | 'runOnTerminal'> {
  // Who works in the dashboard is as much a person as who types on a terminal: what they change can be undone.
  const journalled = { KCTL_JOURNAL: '1', ...env };
  return {
    async run(argv, { stdin = '', signal } = {}): Promise<CommandResult> {
      const out = keeping();
      const err = keeping();
      const input = stdin === '' ? new PassThrough().end() : Readable.from([Buffer.from(stdin)]);
      if (!program) return { code: 1, stdout: '', stderr: noProgram.message };
      const io = { stdin: input, stdout: out.stream, stderr: err.stream, env: journalled };
      const code = await program(argv, io, lent(cluster), signal).catch((error: Error) => {
        err.stream.write(error.message);
        return 1;
      });
      return { code, stdout: out.text(), stderr: err.text() };
    },
    async runOnTerminal(argv) {
      if (!program) throw noProgram;
      return program(argv, {}, lent(cluster));
    },
  };
}

const noProgram = new KctlError('internal', 'the command line is not at hand');
