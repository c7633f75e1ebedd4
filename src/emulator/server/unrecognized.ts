import type { ApiStatusError } from '../../api/status.ts';
import { badRequest } from '../errors.ts';

/** 400 for a body that does not say what it is. */
export function unrecognized(kind: string, why: string, text: string | Buffer): ApiStatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(text)})`);
}

const SUMMARY_BYTES = 30;

/** The start of a body, as text where it looks like an object (apiserver, handlers/rest.go, summarizeData). */
function summary(body: string | Buffer): string {
  const bytes = Buffer.from(body);
  if (bytes.length === 0) return '<empty>';
  const start = bytes.subarray(0, SUMMARY_BYTES);
  return `${start.toString(bytes[0] === 0x7b ? 'utf8' : 'hex')}${bytes.length > SUMMARY_BYTES ? ' ...' : ''}`;
}
