/** Numbers of signal(7) on x86-64. */
export const signals = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  WINCH: 28,
} as const;

/** `9`, `KILL` and `SIGKILL` are the same; undefined for what is none. 0 only asks whether the process is there. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 64 ? Number(text) : undefined;
  return signals[text.toUpperCase().replace(/^SIG/, '') as keyof typeof signals];
}

export const signalName = (number: number): string =>
  Object.entries(signals).find(([, one]) => one === number)?.[0] ?? String(number);

/** What a process does not end by when it does not handle it. */
export const harmless: ReadonlySet<number> = new Set([0, signals.CHLD, signals.CONT, signals.WINCH]);

/** Thrown in a process that a signal ended, out of whatever it waited for. */
export class Killed extends Error {
  readonly signal: number;

  constructor(signal: number) {
    super(`killed by SIG${signalName(signal)}`);
    this.signal = signal;
  }
}
