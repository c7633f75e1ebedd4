import { createHash } from 'node:crypto';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { apiVersionOf, groupResource, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { toCompactJson } from '../../lib/json.ts';
import type { Manifest } from '../shared/manifests.ts';
import { writeQuery } from '../shared/write-flags.ts';
import type { ApplyOptions } from './options.ts';
import type { Stale } from './prune.ts';

/**
 * Sets of applied objects (KEP-3659): a parent object names the kinds and namespaces of its members, and
 * each member carries the parent's id as a label. Sets of kubectl are kctl's, and the other way round.
 */
const label = { parent: 'applyset.kubernetes.io/id', member: 'applyset.kubernetes.io/part-of' };
const annotation = {
  tooling: 'applyset.kubernetes.io/tooling',
  namespaces: 'applyset.kubernetes.io/additional-namespaces',
  kinds: 'applyset.kubernetes.io/contains-group-kinds',
  formerKinds: 'applyset.kubernetes.io/contains-group-resources',
};
const parentTypeLabel = 'applyset.kubernetes.io/is-parent-type';
const tooling = 'kubectl/v1.32.0';
const manager = 'kubectl-applyset';

/** Kinds that may be parents without further ado, and are created as such. */
const builtinParents: ReadonlySet<string> = new Set(['secrets', 'configmaps']);

export class ApplySet {
  readonly #resource: ResourceInfo;
  readonly #name: string;
  readonly #namespace: string;
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;
  readonly #current = { kinds: new Map<string, ResourceInfo>(), namespaces: new Set<string>() };
  readonly #updated = { kinds: new Map<string, ResourceInfo>(), namespaces: new Set<string>() };

  /** @param reference `[RESOURCE][.GROUP]/NAME`, or the name of a secret. @throws KctlError */
  static async open(reference: string, cluster: Cluster, signal: AbortSignal): Promise<ApplySet> {
    const slash = reference.indexOf('/');
    const [type, name] = slash < 0 ? ['secrets', reference] : [reference.slice(0, slash), reference.slice(slash + 1)];
    try {
      if (name === '') throw new KctlError('usage', 'name cannot be blank');
      return new ApplySet(await cluster.discovery.resolve(type), name, cluster, signal);
    } catch (error) {
      if (!(error instanceof KctlError) || error.code === 'connection') throw error;
      throw new KctlError('usage', `invalid parent reference ${JSON.stringify(reference)}: ${error.message}`, {
        cause: error,
      });
    }
  }

  private constructor(resource: ResourceInfo, name: string, cluster: Cluster, signal: AbortSignal) {
    this.#resource = resource;
    this.#name = name;
    // Neither the context's namespace nor a default counts: the set would be another one elsewhere.
    this.#namespace = resource.namespaced && cluster.namespaceExplicit ? cluster.namespace : '';
    this.#cluster = cluster;
    this.#signal = signal;
  }

  get id(): string {
    const text = [this.#name, this.#namespace, this.#resource.kind, this.#resource.group].join('.');
    return `applyset-${createHash('sha256').update(text).digest('base64url')}-v1`;
  }

  /** @throws KctlError for a parent that cannot be one */
  async validate(): Promise<void> {
    if (this.#resource.namespaced && this.#namespace === '') {
      throw new KctlError('usage', 'namespace is required to use namespace-scoped ApplySet');
    }
    if (this.#isBuiltin || (await this.#permittedParents()).has(groupResource(this.#resource))) return;
    const { group, version, plural } = this.#resource;
    const shown = `${group}/${version}, Resource=${plural}`;
    throw new KctlError('usage', `resource "${shown}" is not permitted as an ApplySet parent`);
  }

  get #isBuiltin(): boolean {
    return builtinParents.has(groupResource(this.#resource));
  }

  async #permittedParents(): Promise<Set<string>> {
    const list = await this.#cluster.transport.json<KubeList>({
      method: 'GET',
      path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
      query: { labelSelector: parentTypeLabel },
      signal: this.#signal,
    });
    return new Set(list.items.map(({ metadata }) => metadata.name ?? ''));
  }

  /** Makes members of the objects, in place. @throws KctlError where one is a member already */
  addLabels(manifests: readonly Manifest[]): void {
    for (const { object } of manifests) {
      if (object.metadata.labels?.[label.member] !== undefined) {
        throw new KctlError('input', `ApplySet label ${JSON.stringify(label.member)} already set in input data`);
      }
      object.metadata.labels = { ...object.metadata.labels, [label.member]: this.id };
    }
  }

  /** The parent names old and new kinds before anything is applied, so that nothing is lost by an interruption. */
  async before(manifests: readonly Manifest[], options: ApplyOptions): Promise<void> {
    await this.#readParent();
    for (const { resource, object } of manifests) {
      this.#updated.kinds.set(groupKind(resource), resource);
      if (resource.namespaced && object.metadata.namespace) this.#updated.namespaces.add(object.metadata.namespace);
    }
    await this.#writeParent(
      [...this.#current.kinds.keys(), ...this.#updated.kinds.keys()],
      [...this.#current.namespaces, ...this.#updated.namespaces],
      options,
    );
  }

  /** Members that were not applied this time. */
  async *stale(uids: ReadonlySet<string | undefined>): AsyncGenerator<Stale> {
    const found: Stale[] = [];
    for (const [, resource] of [...this.#current.kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const places = resource.namespaced ? [...this.#current.namespaces].sort() : [undefined];
      for (const namespace of places) found.push(...(await this.#staleIn(resource, namespace, uids)));
    }
    yield* found;
  }

  async #staleIn(
    resource: ResourceInfo,
    namespace: string | undefined,
    uids: ReadonlySet<string | undefined>,
  ): Promise<Stale[]> {
    const path = resourcePath(resource, { namespace });
    const query = { labelSelector: `${label.member}=${this.id}` };
    try {
      const list = await this.#cluster.transport.json<KubeList>({ method: 'GET', path, query, signal: this.#signal });
      const shared = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      return list.items
        .filter(({ metadata }) => !uids.has(metadata.uid))
        .map((item) => ({ resource, object: { ...item, ...shared } }));
    } catch (error) {
      if (!(error instanceof KctlError) || error.code === 'connection') throw error;
      const named = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
      throw new KctlError('api', `listing ${named} objects for pruning: ${error.message}`, { cause: error });
    }
  }

  /** After everything: only what is in the set now stays named. */
  async after(options: ApplyOptions): Promise<void> {
    try {
      await this.#writeParent([...this.#updated.kinds.keys()], [...this.#updated.namespaces], options);
    } catch (error) {
      if (!(error instanceof KctlError)) throw error;
      throw new KctlError('api', `apply and prune succeeded, but ApplySet update failed: ${error.message}`, {
        cause: error,
      });
    }
  }

  get #path(): string {
    return resourcePath(this.#resource, { namespace: this.#namespace, name: this.#name });
  }

  /** `secrets./name`, as kubectl's messages have it. */
  get #shown(): string {
    return JSON.stringify(`${this.#resource.plural}.${this.#resource.group}/${this.#name}`);
  }

  async #readParent(): Promise<void> {
    let parent: KubeObject;
    try {
      parent = await this.#cluster.transport.json<KubeObject>({
        method: 'GET',
        path: this.#path,
        signal: this.#signal,
      });
    } catch (error) {
      if (!isApiError(error, 'NotFound')) {
        if (!(error instanceof KctlError) || error.code === 'connection') throw error;
        throw new KctlError('api', `failed to fetch ApplySet parent object ${this.#shown}: ${error.message}`, {
          cause: error,
        });
      }
      if (this.#isBuiltin) return;
      throw new KctlError('input', 'custom resource ApplySet parents cannot be created automatically');
    }
    const { annotations = {}, labels = {} } = parent.metadata;
    this.#checkParent(annotations[annotation.tooling], labels[label.parent]);
    await this.#readKinds(annotations);
    const namespaces = annotations[annotation.namespaces] ?? '';
    for (const namespace of namespaces.split(',')) if (namespace !== '') this.#current.namespaces.add(namespace);
    if (this.#resource.namespaced) this.#current.namespaces.add(this.#namespace);
  }

  #checkParent(tool: string | undefined, id: string | undefined): void {
    const shown = `ApplySet parent object ${this.#shown}`;
    if (tool === undefined) {
      throw new KctlError(
        'input',
        `${shown} already exists and is missing required annotation "${annotation.tooling}"`,
      );
    }
    const managedBy = tool.includes('/') ? tool.slice(0, tool.lastIndexOf('/')) : tool;
    if (managedBy !== 'kubectl') {
      throw new KctlError(
        'input',
        `${shown} already exists and is managed by tooling ${JSON.stringify(managedBy)} instead of "kubectl"`,
      );
    }
    if (id === undefined) {
      throw new KctlError('input', `${shown} exists and does not have required label ${label.parent}`);
    }
    if (id !== this.id) {
      throw new KctlError(
        'input',
        `${shown} exists and has incorrect value for label "${label.parent}" (got: ${id}, want: ${this.id})`,
      );
    }
  }

  async #readKinds(annotations: Record<string, string>): Promise<void> {
    const kinds = annotations[annotation.kinds];
    const former = annotations[annotation.formerKinds];
    try {
      if (kinds === undefined && !former) {
        throw new KctlError(
          'input',
          `kubectl requires the "${annotation.kinds}" annotation to be set on all ApplySet parent objects`,
        );
      }
      for (const word of (kinds ?? former ?? '').split(',').filter(Boolean)) {
        const resource = await this.#cluster.discovery.resolve(word);
        this.#current.kinds.set(groupKind(resource), resource);
      }
    } catch (error) {
      if (!(error instanceof KctlError) || error.code === 'connection') throw error;
      throw new KctlError('input', `parsing ApplySet annotation on ${this.#shown}: ${error.message}`, { cause: error });
    }
  }

  async #writeParent(kinds: readonly string[], namespaces: readonly string[], options: ApplyOptions): Promise<void> {
    if (options.dryRun === 'client') return;
    const list = (words: readonly string[]) => [...new Set(words)].sort().join(',');
    const body = toCompactJson({
      apiVersion: apiVersionOf(this.#resource),
      kind: this.#resource.kind,
      metadata: {
        name: this.#name,
        ...(this.#namespace !== '' && { namespace: this.#namespace }),
        annotations: {
          [annotation.tooling]: tooling,
          [annotation.kinds]: list(kinds),
          [annotation.namespaces]: list(namespaces.filter((one) => one !== this.#namespace)),
        },
        labels: { [label.parent]: this.id },
      },
    });
    const send = (force: boolean) =>
      this.#cluster.transport.json({
        method: 'PATCH',
        path: this.#path,
        query: { ...writeQuery({ ...options, fieldManager: manager }), force },
        contentType: 'application/apply-patch+yaml',
        body,
        signal: this.#signal,
      });
    try {
      await send(false).catch((error) => {
        if (!isApiError(error, 'Conflict')) throw error;
        return send(true);
      });
    } catch (error) {
      if (!(error instanceof KctlError) || error.code === 'connection') throw error;
      throw new KctlError('api', `failed to update ApplySet: ${error.message}`, { cause: error });
    }
  }
}

function groupKind({ kind, group }: ResourceInfo): string {
  return group === '' ? kind : `${kind}.${group}`;
}
