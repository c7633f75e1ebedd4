import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';

/** A command line that cannot work, with kubectl's pointer to the help screen. */
export function usageError(message: string, commandLine: string): KctlError {
  return new KctlError('usage', message, { hint: `See '${commandLine} -h' for help and examples` });
}

/** Several failures of one command; each is printed on its own line, in order. */
export class ErrorList extends KctlError {
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    super('api', errors.map((error) => (error instanceof Error ? error.message : String(error))).join('\n'));
    this.name = 'ErrorList';
    this.errors = errors;
  }
}

/** The error itself where it is one, the list where there are more. */
export function oneOrMore(errors: readonly KctlError[]): KctlError {
  return errors.length === 1 ? errors[0]! : new ErrorList(errors);
}

/** Each error once; a list in the list is taken apart. */
export function singleErrors(errors: readonly unknown[]): readonly unknown[] {
  return [...new Set(errors.flatMap((error) => (error instanceof ErrorList ? error.errors : [error])))];
}

/** Throws what was collected; a list in the list is taken apart. */
export function throwCollected(errors: readonly unknown[]): void {
  const flat = singleErrors(errors);
  if (flat.length === 1) throw flat[0];
  if (flat.length > 1) throw new ErrorList(flat);
}

/** What is said of files before any of them is looked into. */
const OF_PATHS = /^(?:the path "|error reading \[)/;

/** `get` and `describe` collect what is wrong inside of files, and kubectl prints what it collected without `error: `. */
export function insideOfFiles(error: KctlError): KctlError {
  if (error.code !== 'input' || OF_PATHS.test(error.message)) return error;
  const { message, hint, exitCode } = error;
  return new KctlError('input', message, { prefix: '', exitCode, cause: error, ...(hint !== undefined && { hint }) });
}

/** Says in front of a failure what was being done: `error when creating "web.yaml": ...`. */
export function addSource(verb: string, source: string, error: unknown): unknown {
  if (!(error instanceof KctlError) || error.code === 'connection' || error.code === 'auth') return error;
  const message = `error when ${verb} "${source}": ${error.message}`;
  if (error instanceof ApiStatusError) return new ApiStatusError({ ...error.status, message }, { cause: error });
  return new KctlError(error.code, message, { cause: error });
}

/** A command line that kubectl answers with the command's help on standard output, and then this message. */
export class HelpError extends KctlError {
  constructor(message: string) {
    super('usage', message, { exitCode: message === '' ? 0 : 1 });
    this.name = 'HelpError';
  }
}
