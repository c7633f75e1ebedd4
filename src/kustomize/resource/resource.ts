import { mergeTrees } from '../merge/merge.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { setField } from '../tree/edit.ts';
import { entriesOf, fieldOf, isNilOrEmpty, Node, removeField, scalarNode, stringNode, textOf } from '../tree/node.ts';
import { apiVersionOf, effectiveNamespace, type Gvk, parseGroupVersion, type ResourceId } from './id.ts';

export type Behavior = 'unspecified' | 'create' | 'replace' | 'merge';
export type StringMap = Record<string, string>;

/** What a build knows of an object beside its tree. */
interface BuildState {
  /** What the object was before each change of its name or namespace, the oldest first. */
  previous: { name: string; namespace: string; kind: string }[];
  prefixes: string[];
  suffixes: string[];
  behavior: Behavior | undefined;
  needsHash: boolean;
  allowNameChange: boolean;
  allowKindChange: boolean;
  /** Ids of the objects that refer to it. */
  referrers: string[];
}

const newState = (): BuildState => ({
  ...{ previous: [], prefixes: [], suffixes: [], behavior: undefined, needsHash: false },
  ...{ allowNameChange: false, allowKindChange: false, referrers: [] },
});

/** An object of a build: its tree, and what happened to it. */
export class Resource {
  node: Node;
  readonly schemas: SchemaSource;
  state: BuildState = newState();
  /** Names of the vars that are taken from it. */
  varNames: string[] = [];

  constructor(node: Node, schemas: SchemaSource) {
    this.node = node;
    this.schemas = schemas;
  }

  get kind(): string {
    return fieldOf(this.node, 'kind')?.value ?? '';
  }

  set kind(kind: string) {
    setField(this.node, 'kind', scalarNode(kind));
  }

  get apiVersion(): string {
    return fieldOf(this.node, 'apiVersion')?.value ?? '';
  }

  get name(): string {
    return this.metadataText('name');
  }

  set name(name: string) {
    setField(this.metadata(), 'name', scalarNode(name));
  }

  get namespace(): string {
    return this.metadataText('namespace');
  }

  set namespace(namespace: string) {
    const metadata = fieldOf(this.node, 'metadata');
    if (namespace !== '') setField(this.metadata(), 'namespace', scalarNode(namespace));
    else if (metadata?.kind === 'map') removeField(metadata, 'namespace');
  }

  get gvk(): Gvk {
    return { ...parseGroupVersion(this.apiVersion), kind: this.kind };
  }

  set gvk(gvk: Gvk) {
    this.kind = gvk.kind;
    setField(this.node, 'apiVersion', scalarNode(apiVersionOf(gvk)));
  }

  /** What it is now. */
  get id(): ResourceId {
    const clusterScoped = this.schemas.isClusterScoped(this.apiVersion, this.kind);
    return { ...this.gvk, name: this.name, namespace: this.namespace, clusterScoped };
  }

  get previousIds(): ResourceId[] {
    const gv = parseGroupVersion(this.apiVersion);
    return this.state.previous.map((before) => ({ ...gv, ...before, clusterScoped: false }));
  }

  /** What it was in its file. */
  get originalId(): ResourceId {
    return this.previousIds[0] ?? this.id;
  }

  get isEmpty(): boolean {
    return isNilOrEmpty(this.node);
  }

  storePreviousId(): void {
    const { name, kind } = this.id;
    this.state.previous.push({ name, namespace: effectiveNamespace(this.id), kind });
  }

  labels(): StringMap {
    return this.metadataMap('labels');
  }

  setLabels(labels: StringMap): void {
    this.setMetadataMap('labels', labels);
  }

  annotations(): StringMap {
    return this.metadataMap('annotations');
  }

  setAnnotations(annotations: StringMap): void {
    this.setMetadataMap('annotations', annotations);
  }

  /** True where kustomize itself would have written annotations for its own use. */
  get hasState(): boolean {
    return Object.keys(this.notes()).length > 0;
  }

  /** What kustomize notes in annotations while it builds, and shows where it cannot go on. */
  notes(): StringMap {
    const { previous, prefixes, suffixes, referrers, behavior, needsHash, allowNameChange, allowKindChange } =
      this.state;
    const lists: [string, readonly string[]][] = [
      ['previousKinds', previous.map(({ kind }) => kind)],
      ['previousNames', previous.map(({ name }) => name)],
      ['previousNamespaces', previous.map(({ namespace }) => namespace)],
      ['prefixes', prefixes],
      ['suffixes', suffixes],
      ['refBy', referrers],
      ['generatorBehavior', behavior ? [behavior] : []],
      ['needsHashSuffix', needsHash ? ['enabled'] : []],
      ['allowNameChange', allowNameChange ? ['enabled'] : []],
      ['allowKindChange', allowKindChange ? ['enabled'] : []],
    ];
    const said = lists.filter(([, values]) => values.length > 0);
    return Object.fromEntries(
      said.map(([name, values]) => [`internal.config.kubernetes.io/${name}`, values.join(',')]),
    );
  }

  copy(): Resource {
    const made = new Resource(this.node.copy(), this.schemas);
    made.state = structuredClone(this.state);
    made.varNames = [...this.varNames];
    return made;
  }

  /** Takes name, namespace and history of `other`, and of its labels and annotations what it does not say itself. */
  mergeMetadataFrom(other: Resource): void {
    this.setLabels({ ...other.labels(), ...this.labels() });
    this.setAnnotations({ ...other.annotations(), ...this.annotations() });
    this.name = other.name;
    this.namespace = other.namespace;
    const needsHash = this.state.needsHash && other.state.needsHash;
    this.state = { ...structuredClone(other.state), needsHash };
    this.varNames = [...other.varNames];
  }

  /** @returns false where the patch deleted the object, which then is empty */
  applyStrategicPatch(patch: Resource): boolean {
    const { name, namespace, kind } = this;
    if (patch.state.allowNameChange || patch.state.allowKindChange) this.storePreviousId();
    const merged = mergeTrees(this.node, patch.node, { schemas: this.schemas, newItems: 'first' });
    this.node = merged ?? new Node('map');
    if (this.isEmpty) return false;
    if (!patch.state.allowKindChange) this.kind = kind;
    if (!patch.state.allowNameChange) this.name = name;
    this.namespace = namespace;
    return true;
  }

  private metadata(): Node {
    return fieldOf(this.node, 'metadata') ?? setField(this.node, 'metadata', new Node('map'))!;
  }

  private metadataText(name: string): string {
    const field = fieldOf(fieldOf(this.node, 'metadata'), name);
    return isNilOrEmpty(field) ? '' : textOf(field);
  }

  private metadataMap(name: string): StringMap {
    const result: StringMap = {};
    const map = fieldOf(fieldOf(this.node, 'metadata'), name);
    if (map?.kind === 'map') for (const [key, value] of entriesOf(map)) result[key.value] = value.value;
    return result;
  }

  private setMetadataMap(name: string, entries: StringMap): void {
    const metadata = this.metadata();
    removeField(metadata, name);
    const keys = Object.keys(entries).sort();
    if (keys.length === 0) return;
    const map = new Node('map');
    for (const key of keys) setField(map, key, stringNode(entries[key]!));
    setField(metadata, name, map);
  }
}
