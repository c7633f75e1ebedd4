const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, three digits, as image tools show sizes: `29.1MB`. */
export function sizeText(bytes: number): string {
  let step = 0;
  let rest = bytes;
  while (rest >= 1000 && step < UNITS.length - 1) {
    rest /= 1000;
    step++;
  }
  return `${Number(rest.toPrecision(3))}${UNITS[step]}`;
}
