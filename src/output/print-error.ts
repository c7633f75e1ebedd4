import { type ApiStatus, ApiStatusError, type StatusCause } from '../api/status.ts';
import { type ErrorCode, KctlError } from '../lib/errors.ts';
import { escapeTerminalLines } from '../lib/escape.ts';

/** From this verbosity on, the stack of an error is printed below its message. */
const STACK_VERBOSITY = 8;

/** Failures that kubectl words too: scripts know its text, so what we add is for people only. */
const WORDED_BY_KUBECTL: ReadonlySet<ErrorCode> = new Set(['connection', 'config', 'auth']);

/**
 * The text for standard error, without a line feed at its end; kubectl's words for what an API server
 * answered (kubectl reference 2.7). `tool` is what the user called the program: messages written for
 * `kubectl` name it instead. `forPeople`: a terminal shows it.
 */
export function formatError(error: unknown, tool: string, verbosity: number, forPeople = false): string {
  // Some of kubectl's messages end in line feeds of their own, the last of which is the one that is left out.
  return formatWhole(error, tool, verbosity, forPeople).replace(/\n$/, '');
}

function formatWhole(error: unknown, tool: string, verbosity: number, forPeople: boolean): string {
  const text = escapeTerminalLines(messageOf(error, tool, forPeople));
  const stack = verbosity >= STACK_VERBOSITY && error instanceof Error ? error.stack : undefined;
  return stack ? `${text}\n${escapeTerminalLines(stack)}` : text;
}

/**
 * As `formatError`, for one of several failures: kubectl then leaves the word `error` and its lists of causes out, and
 * ends each in a line feed, whatever it ends in itself.
 */
export function formatListedError(error: unknown, tool: string, verbosity: number, forPeople = false): string {
  if (error instanceof ApiStatusError && error.status.reason === 'Invalid') {
    const { message = '' } = error.status;
    return escapeTerminalLines(`Error from server (Invalid): ${message}`);
  }
  const text = formatWhole(error, tool, verbosity, forPeople);
  const isWorded =
    error instanceof ApiStatusError || (error instanceof KctlError && error.message.startsWith('error: '));
  return error instanceof KctlError && !isWorded ? text.replace(/^error: /, '') : text;
}

function messageOf(error: unknown, tool: string, forPeople: boolean): string {
  if (error instanceof ApiStatusError) return withHint(statusText(error.status), error.hint);
  if (error instanceof KctlError) {
    const hint = forPeople || !WORDED_BY_KUBECTL.has(error.code) ? error.hint : undefined;
    return withHint(prefixed(error.prefix, error.message), hint);
  }
  const message = error instanceof Error ? error.message : String(error);
  return withHint(prefixed('error: ', message), `This is a defect of ${tool}: run it again with -v=8 to see where.`);
}

function withHint(text: string, hint: string | undefined): string {
  return hint ? `${text}\n${hint}` : text;
}

function prefixed(prefix: string, message: string): string {
  return message.startsWith('error: ') && prefix === 'error: ' ? message : prefix + message;
}

/** What kubectl prints for a failure that an API server reported. */
function statusText(status: ApiStatus): string {
  const message = status.message ?? '';
  if (status.reason === 'Invalid') return invalidText(status);
  if (status.reason === 'Unauthorized') return `error: You must be logged in to the server (${message})`;
  return status.reason ? `Error from server (${status.reason}): ${message}` : `Error from server: ${message}`;
}

function invalidText({ details, message }: ApiStatus): string {
  const causes = distinctCauses(details?.causes ?? []);
  let subject = 'The request is invalid';
  if (details?.kind || details?.name)
    subject = `The ${details.kind ?? ''} ${JSON.stringify(details.name ?? '')} is invalid`;
  else if (message && causes.length === 0) subject = `${subject}: ${message}`;
  if (causes.length === 0) return subject;
  if (causes.length === 1) return `${subject}: ${causes[0]}`;
  return `${subject}: \n${causes.map((cause) => `* ${cause}`).join('\n')}`;
}

function distinctCauses(causes: readonly StatusCause[]): string[] {
  return [...new Set(causes.map((cause) => `${cause.field ?? ''}: ${cause.message ?? ''}`))];
}
