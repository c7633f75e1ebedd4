import { badRequest } from '../errors.ts';

/** Where a list goes on: after `start`, in the state of revision `revision` (0: in the newest). */
export interface ContinueToken {
  revision: number;
  /** Key of the last object that was returned. */
  start: string;
}

interface Encoded {
  v: 'meta.k8s.io/v1';
  rv: number;
  start: string;
}

export function encodeContinue(token: ContinueToken): string {
  const encoded: Encoded = { v: 'meta.k8s.io/v1', rv: token.revision, start: token.start };
  return Buffer.from(JSON.stringify(encoded)).toString('base64url');
}

/** @throws ApiStatusError 400 for what this server did not hand out */
export function decodeContinue(text: string): ContinueToken {
  const bytes = Buffer.from(text, 'base64url');
  const first = bytes[0];
  if (first !== 0x7b) {
    const shown = first === undefined ? 'unexpected end of JSON input' : invalidCharacter(bytes.toString('latin1')[0]!);
    throw badRequest(`invalid continue token: continue key is not valid: ${shown}`);
  }
  try {
    const { v, rv, start } = JSON.parse(bytes.toString()) as Encoded;
    if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string') return { revision: rv, start };
  } catch {
    // Refused below, as is a token of another form.
  }
  throw badRequest('invalid continue token: continue key is not valid: server is not prepared to handle this token');
}

/** Go's words for a JSON text that starts wrong. */
function invalidCharacter(char: string): string {
  const code = char.charCodeAt(0);
  const quoted = code < 0x20 || (code >= 0x7f && code < 0xa1) ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  return `invalid character '${quoted}' looking for beginning of value`;
}
