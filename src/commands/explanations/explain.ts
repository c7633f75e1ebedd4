import { type ApiStatus, ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { CommandContext } from '../command.ts';
import type { Asked, Said } from './explanation.ts';
import { explanations } from './table.ts';
import { wrapped } from './wrapped.ts';

export interface ExplainRequest {
  context: Pick<CommandContext, 'io' | 'tool' | 'commandPath' | 'globals' | 'signal'>;
  args: readonly string[];
  connect: Asked['connect'];
  /** Milliseconds for everything; default a second. */
  limit?: number;
}

/** Nobody waits longer for the prompt than this (ms). */
const LIMIT = 1_000;
/** Of many failures the first ones are explained. */
const MOST = 3;

/**
 * Whether errors are explained to whoever started this: only on a terminal, never where the program is called kubectl.
 * `KCTL_EXPLAIN=always` explains on a pipe too, `KCTL_EXPLAIN=never` nowhere.
 */
export function wantsExplanations({ stderr, env }: IoStreams, tool: string): boolean {
  if (tool === 'kubectl' || env['KCTL_EXPLAIN'] === 'never') return false;
  return stderr.isTTY === true || env['KCTL_EXPLAIN'] === 'always';
}

/**
 * Says below an error why it came about and what may be done, as far as it is known within the limit. It only
 * reads, fails never, and ends with Ctrl-C.
 */
export async function explainErrors(errors: readonly unknown[], request: ExplainRequest): Promise<void> {
  const { context, args, connect, limit = LIMIT } = request;
  const { io, tool, commandPath, globals } = context;
  const ended = new AbortController();
  const over = Promise.withResolvers<undefined>();
  const end = () => {
    ended.abort();
    over.resolve(undefined);
  };
  const timer = setTimeout(end, limit);
  context.signal.addEventListener('abort', end, { once: true });
  const known = new Map<string, Promise<unknown>>();
  const said = new Set<string>();
  try {
    for (const error of errors.slice(0, MOST)) {
      if (!(error instanceof KctlError) || context.signal.aborted) continue;
      const status = statusOf(error);
      const explanation = explanations.find((one) => one.matches(error, status, commandPath));
      if (!explanation) continue;
      const once: Asked['once'] = (key, make) => {
        const answer = (known.get(key) ?? make()) as ReturnType<typeof make>;
        known.set(key, answer);
        return answer;
      };
      const asked: Asked = {
        ...{ error, status, io, tool, commandPath, args, globals, connect, once },
        signal: ended.signal,
      };
      for await (const one of untilOver(explanation.load(), asked, over.promise)) {
        const text = lines(one, io);
        if (!said.has(text)) rawTerminal(io.stderr).write(text);
        said.add(text);
      }
    }
  } finally {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', end);
    ended.abort();
  }
}

/** A server's words, also where a verb put its own in front of them. */
function statusOf(error: unknown): ApiStatus | undefined {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (one instanceof ApiStatusError) return one.status;
  }
  return undefined;
}

/** What is said before the time is over. What fails on the way is no news: the error itself has been told. */
async function* untilOver(
  load: ReturnType<(typeof explanations)[number]['load']>,
  asked: Asked,
  over: Promise<undefined>,
): AsyncGenerator<Said> {
  try {
    const explain = await Promise.race([load, over]);
    if (!explain) return;
    const saying = explain(asked)[Symbol.asyncIterator]();
    for (;;) {
      const step = saying.next();
      // Who is late may fail unheard.
      step.catch(() => undefined);
      const next = await Promise.race([step, over]);
      if (!next || next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (asked.io.env['KCTL_EXPLAIN'] === 'always' && !(error instanceof KctlError)) throw error;
  }
}

const INDENT = '  ';

function lines(said: Said, io: IoStreams): string {
  if (typeof said !== 'string') return `${INDENT}${INDENT}${escapeTerminal(said.command)}\n`;
  const isColoured = io.env['FORCE_COLOR']
    ? io.env['FORCE_COLOR'] !== '0'
    : io.stderr.isTTY === true && !io.env['NO_COLOR'] && io.env['TERM'] !== 'dumb';
  const width = (io.stderr.columns ?? 100) - INDENT.length;
  return wrapped(escapeTerminal(said), Math.max(40, Math.min(width, 118)))
    .map((line) => (isColoured ? `${INDENT}\u001b[2m${line}\u001b[22m\n` : `${INDENT}${line}\n`))
    .join('');
}
