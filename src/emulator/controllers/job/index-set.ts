type Range = [first: number, last: number];

/**
 * A job's completion indexes, kept as the ranges in which `status.completedIndexes` and `failedIndexes` write them: a
 * billion cost what one does.
 */
export class IndexSet {
  /** In order, with a gap between each two. */
  readonly #ranges: Range[] = [];

  /** Reads `0-2,4`. What is no index below `completions` is passed over: anybody may write a status. */
  constructor(text = '', completions = 0) {
    const ranges: Range[] = [];
    for (const part of text.split(',')) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      if (first === undefined) continue;
      const range: Range = [Number(first), Math.min(Number(last), completions - 1)];
      if (range[0] <= range[1]) ranges.push(range);
    }
    ranges.sort((a, b) => a[0] - b[0]);
    for (const range of ranges) this.#append(range);
  }

  get size(): number {
    return this.#ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  has(index: number): boolean {
    const range = this.#ranges[this.#after(index) - 1];
    return range !== undefined && index <= range[1];
  }

  /** How many indexes are in both. */
  overlap(other: IndexSet): number {
    let [mine, its, count] = [0, 0, 0];
    while (mine < this.#ranges.length && its < other.#ranges.length) {
      const [a, b] = [this.#ranges[mine]!, other.#ranges[its]!];
      count += Math.max(Math.min(a[1], b[1]) - Math.max(a[0], b[0]) + 1, 0);
      if (a[1] < b[1]) mine++;
      else its++;
    }
    return count;
  }

  /** Both together. */
  union(other: IndexSet): IndexSet {
    const both = new IndexSet();
    const ranges = [...this.#ranges, ...other.#ranges].sort((a, b) => a[0] - b[0]);
    for (const range of ranges) both.#append([...range]);
    return both;
  }

  add(index: number): void {
    const at = this.#after(index);
    const [before, next] = [this.#ranges[at - 1], this.#ranges[at]];
    if (before && index <= before[1]) return;
    const [follows, leads] = [before?.[1] === index - 1, next?.[0] === index + 1];
    if (follows && leads) {
      before![1] = next![1];
      this.#ranges.splice(at, 1);
    } else if (follows) before![1] = index;
    else if (leads) next![0] = index;
    else this.#ranges.splice(at, 0, [index, index]);
  }

  /** The lowest `count` indexes below `completions` that are neither in here nor `taken`. */
  missing(count: number, completions: number, taken: ReadonlySet<number | undefined>): number[] {
    const free: number[] = [];
    let at = 0;
    for (let index = 0; index < completions && free.length < count; index++) {
      const range = this.#ranges[at];
      if (range && index >= range[0]) {
        index = range[1];
        at++;
      } else if (!taken.has(index)) free.push(index);
    }
    return free;
  }

  /** `0,2-4,7,8`: two neighbours are written one by one, as upstream does. */
  toString(): string {
    return this.#ranges
      .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
      .join(',');
  }

  /** @param range begins no earlier than all that are here */
  #append(range: Range): void {
    const before = this.#ranges.at(-1);
    if (before && range[0] <= before[1] + 1) before[1] = Math.max(before[1], range[1]);
    else this.#ranges.push(range);
  }

  /** Where the first range stands that begins behind `index`. */
  #after(index: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ranges[middle]![0] <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
