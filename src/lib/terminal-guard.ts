import { StringDecoder } from 'node:string_decoder';
import { escapeTerminalLines } from './escape.ts';
import type { IoStreams, Progress, TerminalWritable } from './io.ts';

const guarded = new WeakMap<object, TerminalWritable>();

/**
 * The streams a command gets: what it writes to a terminal becomes visible text there, whatever
 * printed it and wherever it came from. Pipes and files get every byte as it is, as from kubectl.
 */
export function guardTerminals(io: IoStreams, progress?: Progress): IoStreams {
  if (!io.stdout.isTTY && !io.stderr.isTTY) return io;
  return {
    // Asking for standard input opens it.
    get stdin() {
      return io.stdin;
    },
    stdout: guardTerminal(io.stdout),
    stderr: guardTerminal(io.stderr),
    env: io.env,
    cwd: io.cwd,
    ...(progress && { progress }),
  };
}

/**
 * The terminal behind a guarded stream, for what paints, colours or asks: whoever writes there
 * answers for every character. Any other stream is given back as it is.
 */
export function rawTerminal(stream: TerminalWritable): TerminalWritable {
  return guarded.get(stream) ?? stream;
}

function guardTerminal(stream: TerminalWritable): TerminalWritable {
  // A command that runs inside another one gets streams that are guarded already.
  if (!stream.isTTY || guarded.has(stream)) return stream;
  const decoder = new StringDecoder('utf8');
  const safe = (chunk: unknown) =>
    escapeTerminalLines(typeof chunk === 'string' ? chunk : decoder.write(chunk as Buffer));
  const write = (chunk: unknown, ...rest: never[]) => stream.write(safe(chunk), ...rest);
  const guard = new Proxy(stream, {
    get(target, property) {
      if (property === 'write') return write;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  guarded.set(guard, stream);
  return guard;
}
