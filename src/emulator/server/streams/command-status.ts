import type { CommandStatus } from './command-link.ts';

/** How a remote command ended, as its error channel tells it (apimachinery, pkg/util/remotecommand). */
export const succeeded: CommandStatus = { metadata: {}, status: 'Success' };

/** `why` follows `command terminated with non-zero exit code: `. */
export function exited(code: number, why: string): CommandStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${why}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

export function failed(message: string): CommandStatus {
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  };
}
