import { KctlError } from '../../lib/errors.ts';

const known: readonly string[] = ['network.host', 'security.insecure', 'device'];

/** `--allow`: what BuildKit calls entitlements. @throws KctlError `usage` for what there is not */
export function readAllowed(texts: readonly string[]): ReadonlySet<string> {
  const unknown = texts.find((text) => !known.includes(text.replace(/^device=.*/, 'device')));
  if (unknown === undefined) return new Set(texts);
  throw new KctlError('usage', `unknown entitlement ${unknown}`, { hint: `There are: ${known.join(', ')}` });
}
