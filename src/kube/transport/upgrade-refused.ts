import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { parseStatus } from './status-error.ts';

/** A server, or something in front of it, that did not switch protocols and gave no `Status` as the reason. */
export class UpgradeRefused extends KctlError {
  readonly httpCode: number;

  constructor(httpCode: number, said: string) {
    super('connection', `unable to upgrade connection: ${said.trim()}`);
    this.name = 'UpgradeRefused';
    this.httpCode = httpCode;
  }
}

/** What is thrown for an answer other than 101: the server's own failure where it says one (client-go, `spdy`). */
export function upgradeError(code: number, body: string): KctlError {
  const status = parseStatus(code, body);
  return status ? new ApiStatusError(status) : new UpgradeRefused(code, body);
}

/** True where another way to open the streams may go: the server knows the pod and the user, but not this way. */
export function mayTryAnotherWay(error: unknown): boolean {
  return error instanceof UpgradeRefused || (error instanceof ApiStatusError && error.httpCode === 400);
}
