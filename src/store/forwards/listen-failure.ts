import { KctlError } from '../../lib/errors.ts';

/** A listener's failure in the user's words. */
export function listenFailure(error: unknown, port: number, hint?: string): KctlError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EADDRINUSE: `port ${port} is in use by another program`,
    EACCES: `port ${port} needs more rights than you have`,
    EADDRNOTAVAIL: 'the address does not belong to this machine',
  };
  return new KctlError('conflict', reasons[code ?? ''] ?? message, { cause: error, ...(hint ? { hint } : {}) });
}

export function isListenError(error: unknown): error is NodeJS.ErrnoException & { port?: number; address?: string } {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'listen';
}
