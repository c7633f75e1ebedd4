import { createHash, timingSafeEqual } from 'node:crypto';
import { KctlError } from '../../lib/errors.ts';
import { bcryptCost, MOST_COST, SlowPasswords } from './bcrypt.ts';

/** What bcrypt itself begins with. */
const LEAST_COST = 4;

/** Whether a user has that password; at once where that is known or quick to tell. */
export type CheckPassword = (user: string, password: string) => boolean | Promise<boolean>;

type Matches = (password: string, written: string) => boolean | Promise<boolean>;

/** The ways in which htpasswd writes passwords that need no more than Node has. */
const quickSchemes: readonly { prefix: RegExp; matches: Matches }[] = [
  {
    prefix: /^\{SHA\}/,
    matches: (password, written) => equal(`{SHA}${createHash('sha1').update(password).digest('base64')}`, written),
  },
  {
    prefix: /^\$apr1\$[^$]{1,8}\$/,
    matches: (password, written) => equal(apr1(password, written.split('$')[2]!), written),
  },
];

/**
 * Reads a file of users as htpasswd writes it: `name:password`, one per line, with `htpasswd -B`, `-m` (its default) or
 * `-s`. Whether there is a user of a name cannot be told from how long the answer takes: who is none is compared with
 * the password that takes longest.
 * @throws KctlError `input` for lines that are none of these, and for passwords that would take too long
 */
export function readPasswords(text: string, path: string): CheckPassword {
  const users = new Map<string, string>();
  const slow = new SlowPasswords();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const written = line.slice(colon + 1).trim();
    const cost = bcryptCost(written);
    if (colon <= 0 || (cost === undefined && !quickSchemes.some(({ prefix }) => prefix.test(written)))) {
      throw new KctlError('input', `${path}, line ${index + 1}: no user whose password can be checked`, {
        hint: 'Write it with "htpasswd -B", "htpasswd -m" or "htpasswd -s"; crypt (-d) and plain passwords are not read.',
      });
    }
    if (cost !== undefined && (cost < LEAST_COST || cost > MOST_COST)) {
      throw new KctlError('input', `${path}, line ${index + 1}: bcrypt with a cost of ${cost}`, {
        hint: `Write it with "htpasswd -B -C" and a cost from ${LEAST_COST} to ${MOST_COST}.`,
      });
    }
    users.set(line.slice(0, colon), written);
  }
  if (users.size === 0) throw new KctlError('input', `${path} has no users`);
  const matches: Matches = (password, written) => {
    const quick = quickSchemes.find(({ prefix }) => prefix.test(written));
    return quick ? quick.matches(password, written) : slow.matches(password, written);
  };
  const slowest = [...users.values()].reduce((a, b) => ((bcryptCost(b) ?? 0) > (bcryptCost(a) ?? 0) ? b : a));
  return (user, password) => {
    const written = users.get(user);
    const isRight = matches(password, written ?? slowest);
    if (written !== undefined) return isRight;
    return typeof isRight === 'boolean' ? false : isRight.then(() => false);
  };
}

/** One user, whose password is known. */
export function onePassword(name: string, secret: string): CheckPassword {
  return (user, password) => user === name && equal(password, secret);
}

function equal(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(left!, right!);
}

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Which bytes of the sum become four characters of the text, in this order. */
const ORDER = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** Apache's variant of MD5-crypt (httpd, password formats). */
function apr1(password: string, salt: string): string {
  const md5 = (...parts: (string | Uint8Array)[]) => {
    const hash = createHash('md5');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const secret = Buffer.from(password);
  const alternate = md5(secret, salt, secret);
  const parts: (string | Uint8Array)[] = [secret, '$apr1$', salt];
  for (let left = secret.length; left > 0; left -= 16) parts.push(alternate.subarray(0, Math.min(16, left)));
  for (let bits = secret.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? Buffer.of(0) : secret.subarray(0, 1));
  let sum = md5(...parts);
  for (let round = 0; round < 1000; round++) {
    sum = md5(round & 1 ? secret : sum, round % 3 ? salt : '', round % 7 ? secret : '', round & 1 ? sum : secret);
  }
  const text = (value: number, length: number) =>
    Array.from({ length }, (_, index) => ALPHABET[(value >> (6 * index)) & 63]).join('');
  const groups = ORDER.map(([a, b, c]) => text((sum[a]! << 16) | (sum[b]! << 8) | sum[c]!, 4));
  return `$apr1$${salt}$${groups.join('')}${text(sum[11]!, 2)}`;
}
