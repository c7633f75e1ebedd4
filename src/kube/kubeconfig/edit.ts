import { closeSync, existsSync, mkdirSync, openSync, realpathSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Document, isMap, isSeq, parseDocument, YAMLMap, YAMLSeq } from 'yaml';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { fileError } from './file-error.ts';
import { type LoadOptions, loadKubeconfig } from './load.ts';
import type { Kubeconfig } from './model.ts';
import { contextHint } from './resolve.ts';

/** The three lists of a kubeconfig and the key under which an item holds its stanza. */
const bodyKeys = { clusters: 'cluster', contexts: 'context', users: 'user' } as const;

export type StanzaList = keyof typeof bodyKeys;

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
    this.#document.setIn(path, value);
  }

  remove(path: readonly string[]): boolean {
    return this.#document.deleteIn(path);
  }

  has(list: StanzaList, name: string): boolean {
    return this.#item(list, name) !== undefined;
  }

  /** Sets one field of a stanza; the stanza is made where there is none, and undefined removes the field. */
  setStanza(list: StanzaList, name: string, path: readonly string[], value: unknown): void {
    let item = this.#item(list, name);
    if (!item) {
      item = new YAMLMap();
      item.set('name', name);
      this.#list(list).add(item);
    }
    const body = item.get(bodyKeys[list]);
    if (!isMap(body)) item.set(bodyKeys[list], new YAMLMap());
    const at = [bodyKeys[list], ...path];
    if (value === undefined) item.deleteIn(at);
    else item.setIn(at, path.length === 0 || typeof value === 'object' ? this.#document.createNode(value) : value);
  }

  removeStanza(list: StanzaList, name: string): boolean {
    const items = this.#items(list);
    const at = items.findIndex((item) => isMap(item) && item.get('name') === name);
    if (at >= 0) items.splice(at, 1);
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

  #list(list: StanzaList): YAMLSeq {
    const found = this.#document.get(list);
    if (isSeq(found)) return found;
    const made = new YAMLSeq();
    this.#document.set(list, made);
    return made;
  }
}

const empty = {
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [],
  contexts: [],
  'current-context': '',
  preferences: {},
  users: [],
};

/**
 * Changes one file while holding `<file>.lock`, as kubectl does, and replaces it in one step with
 * mode 0600. A file that does not exist is made; a symbolic link stays one.
 * @throws KctlError `conflict` while another program holds the lock
 */
export async function editKubeconfigFile(file: string, change: (document: KubeconfigDocument) => void): Promise<void> {
  const target = existsSync(file) ? realpathSync(file) : file;
  const release = await lock(file);
  try {
    const text = existsSync(target) ? await readFile(target, 'utf8') : '';
    const document = new KubeconfigDocument(text, file);
    change(document);
    replaceFile(target, document.toString());
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).syscall) throw error;
    throw new KctlError('config', fileError(error, 'open', file), { cause: error });
  } finally {
    release();
  }
}

/** How long another kctl or kubectl may take for its change, ms; each holds the lock for a moment only. */
const lockPatience = 2_000;
const lockPoll = 10;

async function lock(file: string): Promise<() => void> {
  const path = `${file}.lock`;
  for (const deadline = Date.now() + lockPatience; ; await sleep(lockPoll)) {
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
      closeSync(openSync(path, 'wx', 0o600));
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST' && Date.now() < deadline) continue;
      throw lockError(error, path);
    }
  }
}

function lockError(error: unknown, path: string): KctlError {
  const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
  return new KctlError(
    exists ? 'conflict' : 'config',
    exists ? `open ${path}: file exists` : fileError(error, 'open', path),
    {
      cause: error,
      ...(exists ? { hint: 'another program is changing this kubeconfig; if none is, delete the .lock file' } : {}),
    },
  );
}

/** Where a stanza that no file has yet is written: the last file of the search path that exists, else the first. */
function defaultFile(config: Kubeconfig): string {
  if (config.files.length === 1) return config.files[0]!;
  return config.files.findLast((file) => existsSync(file)) ?? config.files.at(-1)!;
}

/**
 * `config use-context`: the file that names the current context is changed.
 * @throws KctlError `no context exists with the name: "x"`
 */
export async function useContext(options: LoadOptions, name: string): Promise<void> {
  const config = await loadKubeconfig(options);
  if (!config.contexts.has(name)) {
    throw new KctlError('config', `no context exists with the name: "${name}"`, contextHint(config));
  }
  // The first file wins when merging, so a file before the naming one must not be written.
  const file = config.currentContextFile ?? (config.files.find((one) => existsSync(one)) || defaultFile(config));
  await editKubeconfigFile(file, (document) => document.set(['current-context'], name));
}

/**
 * Sets the namespace that a context works in; `''` takes it away.
 * @throws KctlError `no context exists with the name: "x"`
 */
export async function setContextNamespace(options: LoadOptions, context: string, namespace: string): Promise<void> {
  const config = await loadKubeconfig(options);
  const owned = config.contexts.get(context);
  if (!owned) throw new KctlError('config', `no context exists with the name: "${context}"`);
  await editKubeconfigFile(owned.file, (document) =>
    document.setStanza('contexts', context, ['namespace'], namespace === '' ? undefined : namespace),
  );
}

/**
 * Changes fields of a stanza in the file that owns it; `undefined` removes a field. A stanza that
 * does not exist is made.
 * @returns true when the stanza is new
 */
export async function setStanzaFields(
  options: LoadOptions,
  list: StanzaList,
  name: string,
  fields: readonly { path: readonly string[]; value: unknown }[],
): Promise<boolean> {
  const config = await loadKubeconfig(options);
  const owned = config[list].get(name);
  await editKubeconfigFile(owned?.file ?? defaultFile(config), (document) => {
    if (!owned) document.setStanza(list, name, [], {});
    for (const { path, value } of fields) document.setStanza(list, name, path, value);
  });
  return owned === undefined;
}
