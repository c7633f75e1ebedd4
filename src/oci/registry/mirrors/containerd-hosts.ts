import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { addressOf, isTable, readToml, type Table, textOf, textsOf } from './read-file.ts';
import type { HostTrust, Mirror, OnBroken, Route, RouteFile } from './route.ts';

interface Hosts extends Route {
  trust: ReadonlyMap<string, HostTrust>;
}

/** `certs.d/<registry>/hosts.toml`, or `certs.d/_default/hosts.toml` for registries without a folder (containerd, docs/hosts.md). */
export class ContainerdHosts implements RouteFile {
  readonly #root: string;
  readonly #broken: OnBroken;
  readonly #read = new Map<string, Hosts | undefined>();

  /** @param root `/etc/containerd/certs.d` */
  constructor(root: string, broken: OnBroken) {
    this.#root = root;
    this.#broken = broken;
  }

  route(registry: string): Route | undefined {
    return this.#hosts(registry);
  }

  /** As its own file says, or that of a registry whose route was asked for. */
  trust(host: string): HostTrust | undefined {
    const own = this.#hosts(host)?.trust.get(host);
    return own ?? [...this.#read.values()].map((hosts) => hosts?.trust.get(host)).find((found) => found !== undefined);
  }

  #hosts(registry: string): Hosts | undefined {
    if (this.#read.has(registry)) return this.#read.get(registry);
    // A port is a part of the folder's name: `host_5000_` where a colon cannot be in one.
    const names = [registry, registry.replace(/:(\d+)$/, '_$1_'), '_default'];
    const folder = names.map((name) => join(this.#root, name)).find((path) => existsSync(path));
    const content = folder && readToml(join(folder, 'hosts.toml'), this.#broken);
    const found = content ? hostsOf(registry, folder, content) : undefined;
    this.#read.set(registry, found);
    return found;
  }
}

function hostsOf(registry: string, folder: string, content: Table): Hosts {
  const trust = new Map<string, HostTrust>();
  const mirrors: Mirror[] = [];
  const note = ({ host, protocol }: URL, entry: Table) => {
    const file = (path: string) => (isAbsolute(path) ? path : join(folder, path));
    const [pair] = Array.isArray(entry.client) ? (entry.client as unknown[]) : [];
    const [cert, key] = Array.isArray(pair) ? textsOf(pair) : textsOf(entry.client);
    trust.set(host, {
      insecure: entry.skip_verify === true || protocol === 'http:',
      authorities: textsOf(entry.ca).map(file),
      ...(cert && { client: { cert: file(cert), key: file(key ?? cert) } }),
    });
  };
  for (const [name, entry] of Object.entries(isTable(content.host) ? content.host : {})) {
    const address = addressOf(name);
    if (!address || !isTable(entry)) continue;
    const can = Array.isArray(entry.capabilities) ? textsOf(entry.capabilities) : ['pull', 'resolve'];
    if (!can.includes('pull')) continue;
    note(address, entry);
    mirrors.push({ ...mirrorAt(address, entry), digestOnly: !can.includes('resolve') });
  }
  const own = registry === 'docker.io' ? ['registry-1.docker.io', 'docker.io'] : [registry];
  const server = addressOf(textOf(content.server) ?? own[0]!);
  if (!server) return { mirrors, trust };
  note(server, content);
  if (own.includes(server.host)) return { mirrors, trust };
  return { mirrors: [...mirrors, mirrorAt(server, content)], isOnly: true, trust };
}

function mirrorAt(address: URL, entry: Table): Mirror {
  const header = isTable(entry.header) ? entry.header : {};
  // Several values of one header are one with commas (RFC 9110, 5.3).
  const headers = Object.fromEntries(Object.entries(header).map(([name, value]) => [name, textsOf(value).join(', ')]));
  return { address, isWhole: entry.override_path === true, ...(Object.keys(headers).length > 0 && { headers }) };
}
