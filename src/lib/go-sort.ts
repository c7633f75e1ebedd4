/** Is `a` to stand before `b`? */
type Less<T> = (a: T, b: T) => boolean;

/** Up to here items are inserted one by one, which keeps the order of equals. */
const FEW = 12;
/** From here on a pivot is the median of medians, and lists that are nearly in order are mended. */
const MANY = 50;
/** So many mistakes are mended. */
const MOST_MENDED = 5;
/** A list so short keeps its patterns. */
const FEWEST_SCATTERED = 8;
/** All comparisons of a choice of pivot were the wrong way round. */
const ALL_SWAPPED = 12;

/**
 * Sorted as Go's sort.Sort and sort.Slice do it: a pattern-defeating quicksort (O. Peters,
 * arXiv:2106.05123) that is not stable, yet always ends in the same order. What kubectl sorts so, and has
 * equals in it, comes out in no other order than with the same choices of pivots.
 */
export function goSort<T>(items: readonly T[], less: Less<T>): T[] {
  const sorter = new Sorter([...items], less);
  sorter.sort(0, items.length, bitLength(items.length));
  return sorter.items;
}

/** How many binary digits a number has. */
function bitLength(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** All ranges are half open, `from` to before `to`. */
class Sorter<T> {
  readonly items: T[];
  private readonly lessThan: Less<T>;

  constructor(items: T[], less: Less<T>) {
    this.items = items;
    this.lessThan = less;
  }

  /** @param patience so many bad pivots are put up with before a heap sort ends it */
  sort(start: number, end: number, patience: number): void {
    let [from, to, left] = [start, end, patience];
    let wasBalanced = true;
    let wasInOrder = true;
    for (;;) {
      const length = to - from;
      if (length <= FEW || left === 0) {
        if (length <= FEW) this.insertionSort(from, to);
        else this.heapSort(from, to);
        return;
      }
      if (!wasBalanced) {
        this.scatter(from, to);
        left--;
      }
      const choice = this.choosePivot(from, to);
      let { pivot } = choice;
      if (choice.swaps === ALL_SWAPPED) {
        this.reverse(from, to);
        pivot = to - 1 - (pivot - from);
      }
      const looksSorted = choice.swaps === 0 || choice.swaps === ALL_SWAPPED;
      if (wasBalanced && wasInOrder && looksSorted && this.mend(from, to)) return;
      if (from > 0 && !this.less(from - 1, pivot)) {
        from = this.partitionEqual(from, to, pivot);
        continue;
      }
      const { middle, isInOrder } = this.partition(from, to, pivot);
      wasInOrder = isInOrder;
      wasBalanced = Math.min(middle - from, to - middle) >= Math.trunc(length / 8);
      if (middle - from < to - middle) {
        this.sort(from, middle, left);
        from = middle + 1;
      } else {
        this.sort(middle + 1, to, left);
        to = middle;
      }
    }
  }

  private less(a: number, b: number): boolean {
    return this.lessThan(this.items[a] as T, this.items[b] as T);
  }

  private swap(a: number, b: number): void {
    const kept = this.items[a] as T;
    this.items[a] = this.items[b] as T;
    this.items[b] = kept;
  }

  private insertionSort(from: number, to: number): void {
    for (let at = from + 1; at < to; at++) this.sinkLeft(at, from);
  }

  /** Moves an item to the left, past all that are greater, to `first` at most. */
  private sinkLeft(start: number, first: number): void {
    for (let at = start; at > first && this.less(at, at - 1); at--) this.swap(at, at - 1);
  }

  private heapSort(from: number, to: number): void {
    const length = to - from;
    for (let root = Math.trunc((length - 1) / 2); root >= 0; root--) this.siftDown(root, length, from);
    for (let last = length - 1; last >= 0; last--) {
      this.swap(from, from + last);
      this.siftDown(0, last, from);
    }
  }

  private siftDown(start: number, length: number, from: number): void {
    for (let root = start; ; ) {
      let child = 2 * root + 1;
      if (child >= length) return;
      if (child + 1 < length && this.less(from + child, from + child + 1)) child++;
      if (!this.less(from + root, from + child)) return;
      this.swap(from + root, from + child);
      root = child;
    }
  }

  /** What is less than the pivot goes to its left, everything else to its right. */
  private partition(from: number, to: number, pivot: number): { middle: number; isInOrder: boolean } {
    this.swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    for (let isFirst = true; ; isFirst = false) {
      while (left <= right && this.less(left, from)) left++;
      while (left <= right && !this.less(right, from)) right--;
      if (left > right) {
        this.swap(right, from);
        return { middle: right, isInOrder: isFirst };
      }
      this.swap(left++, right--);
    }
  }

  /** For a range without anything less than the pivot: what equals it comes first. @returns where the rest begins */
  private partitionEqual(from: number, to: number, pivot: number): number {
    this.swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    for (;;) {
      while (left <= right && !this.less(from, left)) left++;
      while (left <= right && this.less(from, right)) right--;
      if (left > right) return left;
      this.swap(left++, right--);
    }
  }

  /** @returns true where the range is in order, or was mended */
  private mend(from: number, to: number): boolean {
    let at = from + 1;
    for (let mended = 0; mended < MOST_MENDED; mended++) {
      while (at < to && !this.less(at, at - 1)) at++;
      if (at === to) return true;
      if (to - from < MANY) return false;
      this.swap(at, at - 1);
      if (at - from >= 2) this.sinkLeft(at - 1, 0);
      if (to - at < 2) continue;
      for (let next = at + 1; next < to && this.less(next, next - 1); next++) this.swap(next, next - 1);
    }
    return false;
  }

  /** Swaps three items of the middle with items from anywhere, by a sequence that follows from the length (xorshift). */
  private scatter(from: number, to: number): void {
    const length = to - from;
    if (length < FEWEST_SCATTERED) return;
    let random = BigInt(length);
    const mask = 2n ** BigInt(bitLength(length)) - 1n;
    const middle = from + Math.trunc(length / 4) * 2;
    for (let at = middle - 1; at <= middle + 1; at++) {
      random ^= BigInt.asUintN(64, random << 13n);
      random ^= random >> 7n;
      random ^= BigInt.asUintN(64, random << 17n);
      const other = Number(random & mask);
      this.swap(at, from + (other >= length ? other - length : other));
    }
  }

  private choosePivot(from: number, to: number): { pivot: number; swaps: number } {
    const length = to - from;
    const quarter = Math.trunc(length / 4);
    const counter = { swaps: 0 };
    const places = [1, 2, 3].map((nth) => from + quarter * nth) as [number, number, number];
    const [a, b, c] =
      length >= MANY
        ? (places.map((place) => this.median(place - 1, place, place + 1, counter)) as typeof places)
        : places;
    return { pivot: this.median(a, b, c, counter), swaps: counter.swaps };
  }

  /** The middle one of three, with the comparisons counted that were the wrong way round. */
  private median(first: number, second: number, third: number, counter: { swaps: number }): number {
    let [a, b, c] = [first, second, third];
    if (this.less(b, a)) {
      [a, b] = [b, a];
      counter.swaps++;
    }
    if (this.less(c, b)) {
      [b, c] = [c, b];
      counter.swaps++;
    }
    if (this.less(b, a)) {
      b = a;
      counter.swaps++;
    }
    return b;
  }

  private reverse(from: number, to: number): void {
    for (let [left, right] = [from, to - 1]; left < right; left++, right--) this.swap(left, right);
  }
}
