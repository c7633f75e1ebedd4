/** Exit codes that shells give a process that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How long a command may tidy up after a signal before the process ends without it, in ms. */
const grace = 2_000;

export interface Interrupts {
  signal: AbortSignal;
  /** Set once a signal came. */
  exitCode(): number | undefined;
  /** From now on every signal ends the command with this code, where it has one of its own. */
  endWith(code: number): void;
  /** Resolves with the exit code when a signal came and the time for tidying up is over. */
  overdue: Promise<number>;
  release(): void;
}

type SignalName = keyof typeof exitCodes;

/** Who listens, the innermost last: Ctrl-C is for the command that has the terminal, and not for the one that lent it. */
const listeners: ((name: SignalName) => void)[] = [];

/** The process has one handler for each signal, however many commands a dashboard runs at the same time. */
const handlers = (Object.keys(exitCodes) as SignalName[]).map((name) => {
  const handler = () => {
    for (const listener of [...listeners]) listener(name);
  };
  return [name, handler] as const;
});

/** The first signal asks the command to stop; a second one, or the end of the grace time, stops it. */
export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const overdue = Promise.withResolvers<number>();
  let exitCode: number | undefined;
  let own: number | undefined;
  const listener = (name: SignalName) => {
    if (name === 'SIGINT' && listeners.at(-1) !== listener) return;
    const code = exitCodes[name];
    if (exitCode !== undefined) overdue.resolve(exitCode);
    exitCode = own ?? code;
    controller.abort();
    setTimeout(() => overdue.resolve(own ?? code), grace).unref();
  };
  if (listeners.length === 0) for (const [name, handler] of handlers) process.on(name, handler);
  listeners.push(listener);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    endWith(code) {
      own = code;
    },
    overdue: overdue.promise,
    release() {
      const at = listeners.indexOf(listener);
      if (at < 0) return;
      listeners.splice(at, 1);
      if (listeners.length === 0) for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}
