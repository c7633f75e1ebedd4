/** Lists of indexes such as `1,3-5,7`. Source: Kubernetes pkg/apis/batch/validation/validation.go. */

type Interval = readonly [first: number, last: number];

const whole = /^[+-]?\d+$/;

function parseInterval(text: string, completions: number): Interval | string {
  const parts = text.split('-');
  if (parts.length > 2) {
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`;
  }
  const numbers: number[] = [];
  for (const part of parts) {
    if (!whole.test(part)) return `cannot convert string to integer for index: ${JSON.stringify(part)}`;
    if (Number(part) >= completions) return `too large index: ${JSON.stringify(part)}`;
    numbers.push(Number(part));
  }
  const [first = 0, last = first] = numbers;
  if (numbers.length === 2 && first >= last) return outOfOrder(first, last);
  return [first, last];
}

const outOfOrder = (previous: number, current: number): string =>
  `non-increasing order, previous: ${previous}, current: ${current}`;

/** How many indexes a list names, or what is wrong with it. */
export function indexCount(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let before = -1;
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions);
    if (typeof interval === 'string') return interval;
    const [first, last] = interval;
    if (before >= first) return outOfOrder(before, first);
    total += last - first + 1;
    before = last;
  }
  return total;
}

/** The first index that is in both lists. */
export function overlap(a: string, b: string, completions: number): number | undefined {
  const intervals = (text: string): Interval[] =>
    (text === '' ? [] : text.split(','))
      .map((part) => parseInterval(part, completions))
      .filter((interval): interval is Interval => typeof interval !== 'string');
  for (const [first, last] of intervals(a)) {
    for (const [otherFirst, otherLast] of intervals(b)) {
      if (first <= otherLast && otherFirst <= last) return Math.max(first, otherFirst);
    }
  }
  return undefined;
}
