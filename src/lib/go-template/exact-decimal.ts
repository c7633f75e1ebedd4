/** The bits of a positive finite double: value = mantissa * 2^exponent. */
function parts(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
}

/** value * 10^shift as a whole number; a tie goes to the even one, as in Go and not as in JavaScript. */
function scaled(value: number, shift: number): bigint {
  const { mantissa, exponent } = parts(value);
  const above = mantissa * 10n ** BigInt(Math.max(shift, 0)) * 2n ** BigInt(Math.max(exponent, 0));
  const below = 10n ** BigInt(Math.max(-shift, 0)) * 2n ** BigInt(Math.max(-exponent, 0));
  const whole = above / below;
  const twice = (above % below) * 2n;
  return twice > below || (twice === below && whole % 2n === 1n) ? whole + 1n : whole;
}

/** `%.2f` of a number that is not negative. */
export function fixedText(value: number, digits: number): string {
  const text = scaled(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `%.2e` of a number that is not negative, its exponent in JavaScript's form. */
export function exponentText(value: number, digits: number): string {
  if (value === 0) return `${fixedText(0, digits)}e+0`;
  let power = Number(value.toExponential().split('e')[1]);
  let text = scaled(value, digits - power).toString();
  if (text.length > digits + 1) {
    power++;
    text = scaled(value, digits - power).toString();
  }
  const mantissa = digits === 0 ? text : `${text[0]}.${text.slice(1)}`;
  return `${mantissa}e${power < 0 ? '-' : '+'}${Math.abs(power)}`;
}

/** `%x` of a number that is not negative: hexadecimal digits and a power of two, as few as say it. */
export function hexFloat(value: number): string {
  if (value === 0) return '0x0p+00';
  const { mantissa, exponent } = parts(value);
  const binary = mantissa.toString(2);
  const power = exponent + binary.length - 1;
  const rest = binary.slice(1).replace(/0+$/, '');
  const digits =
    rest === ''
      ? ''
      : `.${BigInt(`0b${rest.padEnd(Math.ceil(rest.length / 4) * 4, '0')}`)
          .toString(16)
          .padStart(Math.ceil(rest.length / 4), '0')}`;
  return `0x1${digits}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
