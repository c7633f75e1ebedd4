/** One run of a main process by the simulated shell. */
export interface MainRun {
  /** SIGTERM, which a script may catch. */
  stop(): void;
  /** The container is gone. */
  end(): void;
  /** Resolves when it waits for the clock, on a clock that does not move by itself. */
  settled(): Promise<void>;
  /** What it leaves in its termination message, if it ends with that code. */
  lastMessage(exitCode: number): string | undefined;
  /** Runs a command next to it. */
  exec(command: readonly string[]): Attempt;
}

/** A command that the kubelet runs in a container: a probe, a hook. */
export interface Attempt {
  /** Its exit code and what it said, or why it could not be started. Never rejects. */
  done: Promise<{ code: number; output: string } | { error: string }>;
  /** Resolves when it has ended, or waits for the clock, on a clock that does not move by itself. */
  settled(): Promise<void>;
  cancel(): void;
}
