import { createHmac, randomBytes } from 'node:crypto';
import { RegistryError } from './registry-error.ts';

/** `$2y$10$` and 22 characters of salt, 31 of the sum. */
const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
/** One more doubles the work: 14 takes this program about a second, in pieces. */
export const MOST_COST = 14;
/** How many answers are remembered. */
const MOST_KNOWN = 1000;
/** How many may wait for theirs: each has to be worked out alone. */
const MOST_WAITING = 64;

/** The cost of a password as `htpasswd -B` writes it; undefined for another text. */
export function bcryptCost(written: string): number | undefined {
  const cost = BCRYPT.exec(written)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

/**
 * Checks passwords that are slow to check on purpose: one at a time, in pieces, so that others are answered meanwhile.
 * What came out is remembered under a sum with a secret of this process; the password itself is not kept.
 */
export class SlowPasswords {
  readonly #secret = randomBytes(32);
  readonly #known = new Map<string, boolean>();
  readonly #underWay = new Map<string, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  /**
   * At once where it was asked before.
   * @throws RegistryError `TOOMANYREQUESTS` where too many wait
   */
  matches(password: string, written: string): boolean | Promise<boolean> {
    const key = createHmac('sha256', this.#secret).update(`${written}\0${password}`).digest('base64');
    const known = this.#known.get(key) ?? this.#underWay.get(key);
    if (known !== undefined) return known;
    if (this.#underWay.size >= MOST_WAITING) {
      throw new RegistryError('TOOMANYREQUESTS', 'too many passwords wait to be checked');
    }
    const answer = this.#last
      .then(() => compare(password, written))
      .then((isRight) => {
        if (this.#known.size >= MOST_KNOWN) this.#known.clear();
        this.#known.set(key, isRight);
        return isRight;
      })
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, answer);
    this.#last = answer.catch(() => {});
    return answer;
  }
}

/** Loaded by the first that needs it: most registries have no such file. */
async function compare(password: string, written: string): Promise<boolean> {
  const { default: bcrypt } = await import('bcryptjs');
  return bcrypt.compare(password, written);
}
