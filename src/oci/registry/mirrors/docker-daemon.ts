import { addressOf, readJson, textsOf } from './read-file.ts';
import type { HostTrust, Mirror, OnBroken, Route, RouteFile } from './route.ts';

/** `registry-mirrors` (of docker.io only) and `insecure-registries` (hosts; ranges of addresses are passed over) of docker's `daemon.json`. */
export class DockerDaemon implements RouteFile {
  readonly #mirrors: Mirror[] = [];
  readonly #insecure: string[] = [];

  /** @param paths the first one that is there counts */
  constructor(paths: readonly string[], broken: OnBroken) {
    for (const path of paths) {
      const content = readJson(path, broken);
      if (!content) continue;
      for (const text of textsOf(content['registry-mirrors'])) {
        const address = addressOf(text);
        if (address) this.#mirrors.push({ address });
        else broken(path, `registry-mirrors: ${JSON.stringify(text)} is no address`);
      }
      this.#insecure.push(...textsOf(content['insecure-registries']).filter((text) => !text.includes('/')));
      return;
    }
  }

  route(registry: string): Route | undefined {
    return registry === 'docker.io' && this.#mirrors.length > 0 ? { mirrors: this.#mirrors } : undefined;
  }

  trust(host: string): HostTrust | undefined {
    return this.#insecure.includes(host) ? { insecure: true } : undefined;
  }
}
