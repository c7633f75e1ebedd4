import { KctlError } from '../../lib/errors.ts';

/** Go's strconv.Atoi. @throws KctlError `usage` in its words */
export function atoi(text: string): number {
  const failure = (why: string) => new KctlError('usage', `strconv.Atoi: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw failure('invalid syntax');
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(64, value) !== value) throw failure('value out of range');
  return Number(BigInt.asIntN(32, value));
}

/** `a=b,c=d` as labels. @throws KctlError `usage` in the words of kubectl's generators */
export function parsePairs(text: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(',')) {
    const [key = '', value, ...more] = pair.split('=');
    if (value === undefined || more.length > 0) throw new KctlError('usage', `unexpected label spec: ${pair}`);
    if (key === '') throw new KctlError('usage', 'unexpected empty label key');
    pairs[key] = value;
  }
  return pairs;
}
