import { Document, isMap, isScalar, isSeq, type Node, parseDocument, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml';
import { KctlError } from '../../lib/errors.ts';
import { toYaml } from '../../lib/yaml.ts';

/** The three lists of a kubeconfig and the key under which an item holds its stanza. */
const bodyKeys = { clusters: 'cluster', contexts: 'context', users: 'user' } as const;

export type StanzaList = keyof typeof bodyKeys;

/** What a new file holds before its first change, in kubectl's order. */
const empty = {
  apiVersion: 'v1',
  clusters: null,
  contexts: null,
  'current-context': '',
  kind: 'Config',
  preferences: {},
  users: null,
};

type Fields = Readonly<Record<string, unknown>>;

/** One kubeconfig file open for editing: comments, order and unknown fields stay as they are. */
export class KubeconfigDocument {
  readonly #document: Document;

  constructor(text: string, file: string) {
    const document = parseDocument(text, { keepSourceTokens: false, uniqueKeys: false });
    const error = document.errors[0];
    if (error)
      throw new KctlError('config', `error loading config file "${file}": ${error.message.split('\n')[0]}`, {
        cause: error,
      });
    this.#document = document as Document;
    if (!isMap(document.contents)) this.#document.contents = new Document(empty).contents;
  }

  get(path: readonly string[]): unknown {
    return this.#document.getIn(path);
  }

  /** Sets a field outside the lists: `current-context`, `preferences`. */
  set(path: readonly string[], value: unknown): void {
    const parent = path.length > 1 ? this.#document.getIn(path.slice(0, -1), true) : this.#document.contents;
    if (isMap(parent)) this.#setField(parent, path.at(-1)!, value);
    else this.#document.setIn(path, this.#node(value));
  }

  remove(path: readonly string[]): boolean {
    return this.#document.deleteIn(path);
  }

  has(list: StanzaList, name: string): boolean {
    return this.#item(list, name) !== undefined;
  }

  /** Sets one field of a stanza; the stanza is made where there is none, and undefined removes the field. */
  setStanza(list: StanzaList, name: string, path: readonly string[], value: unknown): void {
    const item = this.#item(list, name) ?? this.#addItem(list, name, {});
    const at = [bodyKeys[list], ...path];
    if (value === undefined) {
      item.deleteIn(at);
      return;
    }
    let parent = item;
    for (const key of at.slice(0, -1)) {
      if (!isMap(parent.get(key))) parent.set(key, new YAMLMap());
      parent = parent.get(key) as YAMLMap;
    }
    this.#setField(parent, at.at(-1)!, value);
  }

  /** Makes a stanza hold `after`; only what differs from `before` is touched, so that comments stay. */
  changeStanza(list: StanzaList, name: string, before: Fields | undefined, after: Fields): void {
    if (this.#item(list, name) === undefined || before === undefined) {
      this.removeStanza(list, name);
      this.#addItem(list, name, after);
      return;
    }
    for (const { path, value } of differences(before, after)) this.setStanza(list, name, path, value);
  }

  removeStanza(list: StanzaList, name: string): boolean {
    const items = this.#items(list);
    const at = items.findIndex((item) => isMap(item) && item.get('name') === name);
    if (at >= 0) items.splice(at, 1);
    // kubectl writes an empty list as null.
    if (at >= 0 && items.length === 0) this.#document.set(list, null);
    return at >= 0;
  }

  renameStanza(list: StanzaList, from: string, to: string): boolean {
    const item = this.#item(list, from);
    item?.set('name', to);
    return item !== undefined;
  }

  toString(): string {
    return this.#document.toString({ indentSeq: false, lineWidth: 0, flowCollectionPadding: false });
  }

  #item(list: StanzaList, name: string): YAMLMap | undefined {
    return this.#items(list).find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
  }

  #items(list: StanzaList): unknown[] {
    const found = this.#document.get(list);
    return isSeq(found) ? found.items : [];
  }

  /** Keys as kubectl sorts them, and before the first stanza with a greater name. */
  #addItem(list: StanzaList, name: string, body: Fields): YAMLMap {
    const entries = [['name', name] as const, [bodyKeys[list], sorted(body)] as const];
    const item = this.#node(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
    const { items } = this.#list(list);
    const next = items.findIndex((one) => isMap(one) && String(one.get('name')) > name);
    items.splice(next < 0 ? items.length : next, 0, item);
    return item as unknown as YAMLMap;
  }

  /** A field that is there keeps its place and its comments; another comes where it belongs among sorted ones. */
  #setField(map: YAMLMap, key: string, value: unknown): void {
    // `{}` in a file would keep its braces around what is added.
    if (map.items.length === 0) map.flow = false;
    const node = this.#node(value);
    const old = map.get(key, true) as Node | undefined;
    if (old) {
      if (old.comment) node.comment = old.comment;
      if (old.commentBefore) node.commentBefore = old.commentBefore;
    }
    const keys = map.items.map((pair) => String(pair.key));
    const isSorted = keys.every((each, at) => at === 0 || keys[at - 1]! <= each);
    const next = keys.findIndex((each) => each > key);
    if (map.has(key) || !isSorted || next < 0) map.set(key, node);
    else map.items.splice(next, 0, this.#document.createPair(key, node));
  }

  /** Texts that YAML 1.1 would take for something else are quoted: that is what kubectl reads. */
  #node(value: unknown): Node {
    const node = this.#document.createNode(value) as Node;
    if (isScalar(node)) quote(node);
    visit(node, { Scalar: (_key, scalar) => quote(scalar) });
    return node;
  }

  #list(list: StanzaList): YAMLSeq {
    const found = this.#document.get(list);
    if (isSeq(found)) {
      // `[]` in a file would keep its brackets around what is added.
      if (found.items.length === 0) found.flow = false;
      return found;
    }
    const made = new YAMLSeq();
    this.#document.set(list, made);
    return made;
  }
}

function quote(scalar: Scalar): void {
  if (typeof scalar.value !== 'string') return;
  const mark = toYaml([scalar.value])[2];
  if (mark === '"') scalar.type = Scalar.QUOTE_DOUBLE;
  else if (mark === "'") scalar.type = Scalar.QUOTE_SINGLE;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function sorted(value: unknown): unknown {
  if (!isFields(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/** The fields, at any depth, that have to be set (undefined: removed) to come from one value to the other. */
function differences(before: Fields, after: Fields, at: string[] = []): { path: string[]; value: unknown }[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const [old, fresh] = [before[key], after[key]];
    const path = [...at, key];
    if (isFields(old) && isFields(fresh)) return differences(old, fresh, path);
    return JSON.stringify(old) === JSON.stringify(fresh) ? [] : [{ path, value: sorted(fresh) }];
  });
}
