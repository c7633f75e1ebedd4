/** Lets so many questions at a time through to each registry. */
export class RegistryGates {
  readonly #most: number;
  readonly #hosts = new Map<string, { busy: number; waiting: (() => void)[] }>();

  constructor(most: number) {
    this.#most = most;
  }

  async run<Result>(host: string, work: () => Promise<Result>): Promise<Result> {
    const gate = this.#hosts.get(host) ?? { busy: 0, waiting: [] };
    this.#hosts.set(host, gate);
    if (gate.busy >= this.#most) await new Promise<void>((resolve) => gate.waiting.push(resolve));
    else gate.busy++;
    try {
      return await work();
    } finally {
      // Who waits takes the place over.
      const next = gate.waiting.shift();
      if (next) next();
      else gate.busy--;
    }
  }
}
