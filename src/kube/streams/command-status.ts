import type { ApiStatus } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';

/** The error channel holds one small Status; what is longer is not kept. */
export const longestStatus = 1024 * 1024;

/**
 * What the error channel said at the end (client-go, tools/remotecommand, `errorDecoderV4`).
 * @returns undefined for a command that ended well
 */
export function commandFailure(text: string): KctlError | undefined {
  if (text === '') return undefined;
  let status: Partial<ApiStatus>;
  try {
    status = JSON.parse(text) as Partial<ApiStatus>;
  } catch (cause) {
    return broken(`invalid status in ${JSON.stringify(text)}`, cause);
  }
  if (status?.status === 'Success') return undefined;
  if (status?.status !== 'Failure') return broken('unknown error');
  if (status.reason !== 'NonZeroExitCode') return new KctlError('api', status.message ?? '');
  if (!status.details) return broken('details must be set');
  const cause = status.details.causes?.find(({ reason }) => reason === 'ExitCode');
  if (!cause) return broken('no ExitCode cause given');
  const code = cause.message ?? '';
  if (!/^\d{1,3}$/.test(code) || Number(code) > 255) return broken(`invalid exit code value ${JSON.stringify(code)}`);
  return new KctlError('api', `command terminated with exit code ${Number(code)}`, {
    prefix: '',
    exitCode: Number(code),
  });
}

function broken(what: string, cause?: unknown): KctlError {
  return new KctlError('connection', `error stream protocol error: ${what}`, cause === undefined ? {} : { cause });
}
