/** Addresses of one node's pod range (a /24): 254, handed out in turn, so that a new pod does not get the address of one that just went. */
export class PodAddresses {
  readonly #prefix: string;
  readonly #taken = new Map<string, string>();
  #next = 2;

  readonly #is6: boolean;

  /** @param cidr `10.244.1.0/24` or `fd00:1::/64`; what the server has checked */
  constructor(cidr: string) {
    this.#is6 = cidr.includes(':');
    const [network = ''] = cidr.split('/');
    this.#prefix = this.#is6 ? network.replace(/:*$/, '') : network.split('.').slice(0, 3).join('.');
  }

  #address(number: number): string {
    return this.#is6 ? `${this.#prefix}::${number.toString(16)}` : `${this.#prefix}.${number}`;
  }

  /** @throws Error when all are taken */
  allocate(uid: string): string {
    for (let tries = 0; tries < 253; tries++) {
      const ip = this.#address(this.#next);
      this.#next = this.#next >= 254 ? 2 : this.#next + 1;
      if (!this.#taken.has(ip)) {
        this.#taken.set(ip, uid);
        return ip;
      }
    }
    throw new Error(`no address is left after ${this.#address(0)}`);
  }

  /** Marks an address that an earlier process gave. */
  take(ip: string, uid: string): void {
    this.#taken.set(ip, uid);
    const last = this.#is6 ? Number.parseInt(ip.slice(ip.lastIndexOf(':') + 1), 16) : Number(ip.split('.')[3]);
    if (last >= this.#next) this.#next = last >= 254 ? 2 : last + 1;
  }

  release(ip: string, uid: string): void {
    if (this.#taken.get(ip) === uid) this.#taken.delete(ip);
  }
}
