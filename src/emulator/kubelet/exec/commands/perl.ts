import type { Program } from '../process/process.ts';

/** More digits than anybody waits for. */
const MOST_DIGITS = 20_000;
const PI = /^\s*print\s+bpi\((\d+)\)\s*;?\s*$/;

/** What the documentation's Job asks of perl: so many digits of pi. Undefined for everything else. */
export function digitsAsked(args: readonly string[]): number | undefined {
  const at = args.findIndex((arg) => /^-\w*e$/.test(arg));
  const asked = Number(PI.exec(args[at + 1] ?? '')?.[1] ?? Number.NaN);
  return args.includes('-Mbignum=bpi') && asked > 0 && asked <= MOST_DIGITS ? asked : undefined;
}

/** Pi with so many digits, the first one included, rounded (Machin: 16 arctan 1/5 - 4 arctan 1/239). */
function pi(digits: number): string {
  const guard = 10n;
  const unit = 10n ** (BigInt(digits) + guard);
  const arctan = (inverse: bigint): bigint => {
    let power = unit / inverse;
    let sum = power;
    for (let odd = 3n, sign = -1n; power > 0n; odd += 2n, sign = -sign) {
      power /= inverse * inverse;
      sum += (sign * power) / odd;
    }
    return sum;
  };
  const value = 16n * arctan(5n) - 4n * arctan(239n);
  const cut = 10n ** (guard + 1n);
  const text = String((value + cut / 2n) / cut);
  return `${text[0]}.${text.slice(1)}`;
}

/** bignum needs about that for a digit, and more the more there are (ms for 2000: some five seconds). */
const timeFor = (digits: number): number => (digits / 2000) ** 2 * 5000;

/** perl as far as one task of the documentation needs it; nothing else of it is here. */
export const perl: Program = async (process, args) => {
  if (args.includes('-v') || args.includes('--version')) {
    await process.print('\nThis is perl 5, version 34, subversion 0 (v5.34.0) built for x86_64-linux-gnu\n');
    return 0;
  }
  const digits = digitsAsked(args);
  if (digits === undefined) return process.fail('programs cannot be run in this simulated container');
  await process.sleep(timeFor(digits));
  await process.print(`${pi(digits)}${args.some((arg) => /^-\w*l/.test(arg)) ? '\n' : ''}`);
  return 0;
};
