/** Gives the terminal to `work` and takes it back. */
export type TerminalLender = <Result>(work: () => Promise<Result>) => Promise<Result>;

let lender: TerminalLender | undefined;

/**
 * Says how the terminal is given away by who draws on it, so that a credential plugin that asks for a password
 * is seen and heard. A process has one terminal, so there is one. Undefined: nobody draws on it.
 */
export function setTerminalLender(next: TerminalLender | undefined): void {
  lender = next;
}

/** Runs `work`, which talks to the user, on the terminal; one after the other. */
export function onTerminal<Result>(work: () => Promise<Result>): Promise<Result> {
  return lender ? lender(work) : work();
}
