import { KctlError } from './errors.ts';

/** How a quantity was written, and so how it is written back (resource.Quantity of apimachinery). */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** Quantities keep nine decimal places, as apimachinery does; finer fractions round up, away from zero. */
const NANO = 1_000_000_000n;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const ALLOWED = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** An exact amount: a count of billionths and the format it was written in. */
export class Quantity {
  readonly nano: bigint;
  readonly format: QuantityFormat;

  constructor(nano: bigint, format: QuantityFormat = 'DecimalSI') {
    this.nano = nano;
    this.format = format;
  }

  /** The nearest number; exact up to 2^53 for whole amounts. */
  get value(): number {
    return Number(this.nano / NANO) + Number(this.nano % NANO) / 1e9;
  }

  /** The canonical text: `1500m`, `1Gi`, `12e6`. */
  toString(): string {
    const isWhole = this.nano % NANO === 0n;
    const isSmall = this.nano > -1024n * NANO && this.nano < 1024n * NANO;
    if (this.format === 'BinarySI' && isWhole && !isSmall) return binaryText(this.nano / NANO);
    return decimalText(this.nano, this.format === 'DecimalExponent');
  }

  toJSON(): string {
    return this.toString();
  }
}

export type QuantityLike = Quantity | string | number;

/** Clusters say the same few amounts over and over. Long texts and a flood of others are not worth keeping. */
const known = new Map<string, Quantity>();
const MOST_KNOWN = 2000;
const LONGEST_KNOWN = 32;

/**
 * Reads `100m`, `1.5Gi`, `12e6`, `3`.
 * @throws KctlError `input` with apimachinery's wording
 */
export function parseQuantity(text: QuantityLike): Quantity {
  if (text instanceof Quantity) return text;
  const key = String(text);
  const found = known.get(key);
  if (found) return found;
  const quantity = readQuantity(key);
  if (key.length > LONGEST_KNOWN) return quantity;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(key, quantity);
  return quantity;
}

function readQuantity(text: string): Quantity {
  const match = SHAPE.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || whole + fraction === '') throw new KctlError('input', ALLOWED);
  const suffix = match[4] ?? '';
  const nano = suffix.endsWith('i') ? binaryNano(whole, fraction, suffix) : decimalNano(whole, fraction, suffix);
  return new Quantity(match[1] === '-' ? -nano : nano, formatOf(suffix));
}

/** The amount as a number: `quantityValue('250m')` is 0.25. */
export function quantityValue(text: QuantityLike): number {
  return parseQuantity(text).value;
}

/** `1000m` → `1`, `1024Ki` → `1Mi`: the text an API server returns. */
export function canonicalQuantity(text: QuantityLike): string {
  return parseQuantity(text).toString();
}

/** The sum, in the format of `a` (of `b` where `a` is zero). */
export function addQuantities(a: QuantityLike, b: QuantityLike): Quantity {
  const left = parseQuantity(a);
  const right = parseQuantity(b);
  return new Quantity(left.nano + right.nano, left.nano === 0n ? right.format : left.format);
}

/** Negative where `a` is less, 0 where both are the same amount. */
export function compareQuantities(a: QuantityLike, b: QuantityLike): number {
  const difference = parseQuantity(a).nano - parseQuantity(b).nano;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function formatOf(suffix: string): QuantityFormat {
  if (suffix.endsWith('i')) return 'BinarySI';
  return suffix.length > 1 ? 'DecimalExponent' : 'DecimalSI';
}

function decimalExponent(suffix: string): number {
  return suffix.length > 1 ? Number(suffix.slice(1)) : (DECIMAL.indexOf(suffix) - 3) * 3;
}

/**
 * Amounts with more digits than these count as the greatest: texts come from strangers, and `1e999999999`
 * is short to write and takes all memory to hold.
 */
const MOST_DIGITS = 110;
const GREATEST = 10n ** BigInt(MOST_DIGITS);
/** Binary amounts end where Go's integers do (apimachinery, resource.ParseQuantity). */
const GREATEST_BINARY = (2n ** 63n - 1n) * NANO;

function decimalNano(whole: string, fraction: string, suffix: string): bigint {
  const digits = (whole + fraction).replace(/^0+/, '');
  const power = decimalExponent(suffix) + 9 - fraction.length;
  if (digits === '') return 0n;
  if (digits.length + power > MOST_DIGITS) return GREATEST;
  if (power >= 0) return BigInt(digits) * 10n ** BigInt(power);
  const kept = Math.max(digits.length + power, 0);
  return BigInt(digits.slice(0, kept)) + (/[1-9]/.test(digits.slice(kept)) ? 1n : 0n);
}

function binaryNano(whole: string, fraction: string, suffix: string): bigint {
  if (whole.replace(/^0+/, '').length > MOST_DIGITS) return GREATEST_BINARY;
  // What stands behind so many places only says whether something is left to round up.
  const near = fraction.slice(0, MOST_DIGITS) + (/[1-9]/.test(fraction.slice(MOST_DIGITS)) ? '1' : '');
  const unit = 1024n ** BigInt(BINARY.indexOf(suffix)) * NANO;
  const nano = divideUp(BigInt(whole.slice(-MOST_DIGITS) + near) * unit, 10n ** BigInt(near.length));
  return nano > GREATEST_BINARY ? GREATEST_BINARY : nano;
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}

function binaryText(value: bigint): string {
  let step = 0;
  let rest = value;
  while (step < BINARY.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    step++;
  }
  return `${rest}${BINARY[step]}`;
}

function decimalText(nano: bigint, asExponent: boolean): string {
  if (nano === 0n) return '0';
  let step = 0;
  let rest = nano;
  while (rest % 1000n === 0n && (asExponent || step < DECIMAL.length - 1)) {
    rest /= 1000n;
    step++;
  }
  if (!asExponent) return `${rest}${DECIMAL[step]}`;
  const exponent = (step - 3) * 3;
  return exponent === 0 ? String(rest) : `${rest}e${exponent}`;
}
