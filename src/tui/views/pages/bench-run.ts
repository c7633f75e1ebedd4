/** One answer, or none. */
export interface BenchSample {
  /** Milliseconds until the whole answer was there. */
  ms: number;
  /** HTTP status; 0 where there was no answer. */
  status: number;
  bytes: number;
}

export interface BenchPlan {
  requests: number;
  /** Requests that are under way at a time. */
  atOnce: number;
  /** Rejects where no answer comes. */
  send(signal: AbortSignal): Promise<{ status: number; bytes: number }>;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  signal: AbortSignal;
}

/** Sends all requests, so many at a time, and tells of each as it ends. Ends early, without an error, when the signal says so. */
export async function runBench(plan: BenchPlan, onSample: (sample: BenchSample) => void): Promise<void> {
  const { requests, atOnce, send, now, signal } = plan;
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < requests && !signal.aborted) {
      sent++;
      const started = now();
      try {
        const { status, bytes } = await send(signal);
        onSample({ ms: now() - started, status, bytes });
      } catch {
        if (!signal.aborted) onSample({ ms: now() - started, status: 0, bytes: 0 });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, requests) }, work));
}

export interface BenchFigures {
  count: number;
  /** Answers of 400 and more, and requests without an answer. */
  failed: number;
  perSecond: number;
  bytes: number;
  /** Milliseconds, of all that were answered. */
  least: number;
  mean: number;
  most: number;
  /** 50, 75, 90, 95 and 99: so many of a hundred were answered within. */
  percentiles: readonly (readonly [percent: number, ms: number])[];
  /** How often each status came, the most frequent first; 0 is no answer. */
  statuses: readonly (readonly [status: number, count: number])[];
  /** Counts of answers in steps of equal width between the quickest and the slowest. */
  steps: readonly { upTo: number; count: number }[];
}

const stepCount = 8;

/** @param elapsed ms since the first request was sent */
export function benchFigures(samples: readonly BenchSample[], elapsed: number): BenchFigures {
  const times = samples
    .filter(({ status }) => status !== 0)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const statuses = Map.groupBy(samples, ({ status }) => status);
  const [least = 0] = times;
  const most = times.at(-1) ?? 0;
  const width = (most - least) / stepCount;
  const steps = Array.from({ length: width > 0 ? stepCount : 0 }, (_, index) => ({
    upTo: least + width * (index + 1),
    count: 0,
  }));
  for (const ms of times) {
    const step = steps[Math.min(stepCount - 1, Math.floor((ms - least) / width))];
    if (step) step.count++;
  }
  return {
    count: samples.length,
    failed: samples.filter(({ status }) => status === 0 || status >= 400).length,
    perSecond: elapsed > 0 ? (samples.length / elapsed) * 1000 : 0,
    bytes: samples.reduce((sum, { bytes }) => sum + bytes, 0),
    least,
    mean: times.length > 0 ? times.reduce((sum, ms) => sum + ms, 0) / times.length : 0,
    most,
    percentiles:
      times.length > 0 ? [50, 75, 90, 95, 99].map((percent) => [percent, rank(times, percent)] as const) : [],
    statuses: [...statuses]
      .map(([status, of]) => [status, of.length] as const)
      .sort((a, b) => b[1] - a[1] || a[0] - b[0]),
    steps,
  };
}

/** Nearest rank: the smallest of `times`, which are in order, that so many of a hundred are not above. */
function rank(times: readonly number[], percent: number): number {
  return times[Math.max(0, Math.ceil((percent / 100) * times.length) - 1)]!;
}
