import type { KubeObject } from '../../../src/api/meta.ts';
import { admissionPlugins } from '../../../src/emulator/admission/index.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { createObject } from '../../../src/emulator/registry/create.ts';
import { type Machine, SYSTEM_USER, type UserInfo } from '../../../src/emulator/registry/machine.ts';
import { updateObject } from '../../../src/emulator/registry/update.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

/** The registry without HTTP and without controllers: what a write answers, and what it warns of. */
export class Registry {
  readonly machine: Machine;
  warnings: string[] = [];

  constructor() {
    let state = 7;
    const random = () => {
      state = (state * 16_807) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const clock = new SimulatedClock(Date.parse('2026-03-02T10:00:00Z'));
    this.machine = { store: new Store(':memory:'), catalog: new Catalog(), clock, random, admission: admissionPlugins };
    bootstrap(this.machine);
  }

  async create(resource: string, object: KubeObject, user: UserInfo = SYSTEM_USER): Promise<KubeObject> {
    const served = this.machine.catalog.named(resource)!;
    const { namespace } = object.metadata;
    return createObject(
      this.machine,
      served,
      served.namespaced ? namespace : undefined,
      structuredClone(object),
      this.#options(user),
    );
  }

  async change(
    resource: string,
    { metadata }: KubeObject,
    change: (copy: KubeObject) => void,
    { user = SYSTEM_USER, subresource }: { user?: UserInfo; subresource?: string } = {},
  ): Promise<KubeObject> {
    const served = this.machine.catalog.named(resource)!;
    const changed = (existing: KubeObject) => {
      const copy = structuredClone(existing);
      change(copy);
      return copy;
    };
    const options = { ...this.#options(user), subresource };
    return updateObject(this.machine, served, metadata.namespace, metadata.name ?? '', changed, options);
  }

  #options(user: UserInfo) {
    this.warnings = [];
    return { user, manager: 'test', warn: (text: string) => void this.warnings.push(text) };
  }
}

export const object = (
  kind: string,
  name: string,
  more: Record<string, unknown> = {},
  apiVersion = 'v1',
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...more,
});

export const pod = (name: string, spec: Record<string, unknown> = {}, namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
});
