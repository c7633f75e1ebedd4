import { badRequest } from '../errors.ts';

/** Where a list goes on: after `start`, in the state of revision `revision` (-1: in the newest). */
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

const invalidToken = (why: string) => badRequest(`invalid continue token: continue key is not valid${why}`);

/** @throws ApiStatusError 400 for what this server did not hand out (apiserver, storage/continue.go) */
export function decodeContinue(text: string): ContinueToken {
  const wrong = text.search(/[^A-Za-z0-9_-]/);
  if (wrong >= 0) throw invalidToken(`: illegal base64 data at input byte ${wrong}`);
  if (text.length % 4 === 1) throw invalidToken(`: illegal base64 data at input byte ${text.length - 1}`);
  const bytes = Buffer.from(text, 'base64url');
  let token: Partial<Encoded>;
  try {
    token = JSON.parse(bytes.toString()) as Partial<Encoded>;
  } catch {
    const first = bytes.toString('latin1')[0];
    throw invalidToken(
      `: ${first === undefined || first === '{' ? 'unexpected end of JSON input' : invalidCharacter(first)}`,
    );
  }
  if (typeof token !== 'object' || token === null) throw invalidToken('');
  const { v = '', rv, start } = token;
  if (v !== 'meta.k8s.io/v1') throw invalidToken(`: server does not recognize this encoded version ${v}`);
  if (!Number.isSafeInteger(rv) || rv === 0) {
    throw invalidToken(': incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '') {
    throw invalidToken(': encoded start key empty (version meta.k8s.io/v1)');
  }
  if (start.split('/').some((part) => part === '..' || part === '.')) throw invalidToken(`: ${start}`);
  return { revision: rv!, start };
}

/** Go's words for a JSON text that starts wrong. */
function invalidCharacter(char: string): string {
  const code = char.charCodeAt(0);
  const quoted = code < 0x20 || (code >= 0x7f && code < 0xa1) ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  return `invalid character '${quoted}' looking for beginning of value`;
}
