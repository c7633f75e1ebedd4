import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { KubeconfigDocument, type StanzaList } from './document.ts';
import { fileError } from './file-error.ts';
import { type LoadOptions, loadKubeconfig } from './load.ts';
import { lockKubeconfig } from './lock.ts';
import type { ClusterEntry, ContextEntry, Kubeconfig, UserEntry } from './model.ts';
import { contextHint } from './resolve.ts';

/**
 * Changes one file while holding `<file>.lock`, as kubectl does, and replaces it in one step with
 * mode 0600. A file that does not exist is made; a symbolic link stays one.
 * @param shown the file as messages name it
 * @throws KctlError `config` while another program holds the lock
 */
export async function editKubeconfigFile(
  file: string,
  change: (document: KubeconfigDocument) => void,
  shown = file,
): Promise<void> {
  const target = existsSync(file) ? realpathSync(file) : file;
  const release = await lockKubeconfig(file, shown);
  try {
    const text = existsSync(target) ? await readFile(target, 'utf8') : '';
    const document = new KubeconfigDocument(text, file);
    change(document);
    const changed = document.toString();
    if (changed !== text) replaceFile(target, changed);
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).syscall) throw error;
    throw new KctlError('config', fileError(error, 'open', shown), { cause: error });
  } finally {
    release();
  }
}

/** The configuration as verbs that change it see it: paths are those of the files. */
export function loadForEdit(options: LoadOptions): Promise<Kubeconfig> {
  return loadKubeconfig({ ...options, keepPaths: true });
}

/**
 * Where a stanza that no file has yet is written, and what messages name: the first file of the search path that
 * exists, else the last (client-go, `PathOptions.GetDefaultFilename`).
 */
export function defaultFile(config: Kubeconfig): { file: string; shown: string } {
  const at = config.files.findIndex((file) => existsSync(file));
  const chosen = at < 0 ? config.files.length - 1 : at;
  return { file: config.files[chosen]!, shown: config.shown[chosen]! };
}

/** Messages of the operating system name a file as the user did. */
function edit(config: Kubeconfig, file: string, change: (document: KubeconfigDocument) => void): Promise<void> {
  return editKubeconfigFile(file, change, config.shown[config.files.indexOf(file)] ?? file);
}

/**
 * Sets the current context in the default file, or takes it away (`''`) from the first file that names one.
 * kubectl does the same with `current-context` and leaves other files alone.
 */
export async function setCurrentContext(config: Kubeconfig, name: string): Promise<void> {
  const file = name === '' ? config.currentContextFile : defaultFile(config).file;
  if (file !== undefined) await edit(config, file, (document) => document.set(['current-context'], name));
}

/**
 * `config use-context`.
 * @throws KctlError `no context exists with the name: "x"`
 */
export async function useContext(options: LoadOptions, name: string): Promise<void> {
  const config = await loadForEdit(options);
  if (!config.contexts.has(name)) {
    throw new KctlError('config', `no context exists with the name: "${name}"`, contextHint(config, name));
  }
  if (name !== config.currentContext) await setCurrentContext(config, name);
}

/**
 * Sets the namespace that a context works in; `''` takes it away.
 * @throws KctlError `no context exists with the name: "x"`
 */
export async function setContextNamespace(options: LoadOptions, context: string, namespace: string): Promise<void> {
  const config = await loadForEdit(options);
  if (!config.contexts.has(context)) throw new KctlError('config', `no context exists with the name: "${context}"`);
  await changeStanza(config, 'contexts', context, (fields) => ({ ...fields, namespace }));
}

interface Stanzas {
  clusters: ClusterEntry;
  contexts: ContextEntry;
  users: UserEntry;
}

/** The file that a stanza is in, or would be written to. */
export function stanzaFile(config: Kubeconfig, list: StanzaList, name: string): string {
  return config[list].get(name)?.file ?? defaultFile(config).file;
}

/**
 * Changes a stanza in the file that owns it; one that does not exist is made, and `undefined` removes it.
 * @param change gets a copy of what there is
 */
export async function changeStanza<List extends StanzaList>(
  config: Kubeconfig,
  list: List,
  name: string,
  change: (fields: Stanzas[List]) => Stanzas[List] | undefined,
): Promise<void> {
  const owned = config[list].get(name);
  const before = owned?.value as Stanzas[List] | undefined;
  const after = change(structuredClone(before ?? ({} as Stanzas[List])));
  if (after === undefined && !owned) return;
  await edit(config, stanzaFile(config, list, name), (document) => {
    if (after === undefined) document.removeStanza(list, name);
    else document.changeStanza(list, name, before && { ...before }, complete(list, after));
  });
}

/** The fields that Go writes also where they are empty; others are left out then. */
const always: Record<StanzaList, readonly string[]> = {
  clusters: ['server'],
  contexts: ['cluster', 'user'],
  users: [],
};

function complete(list: StanzaList, fields: object): Record<string, unknown> {
  const isEmpty = (value: unknown) => value === undefined || value === '' || value === false || value === null;
  const given = Object.entries(fields).filter(([key, value]) => always[list].includes(key) || !isEmpty(value));
  return { ...Object.fromEntries(always[list].map((key) => [key, ''])), ...Object.fromEntries(given) };
}

/** `preferences.colors`, in the default file. */
export async function setPreference(config: Kubeconfig, field: string, value: unknown): Promise<void> {
  await edit(config, defaultFile(config).file, (document) => {
    if (value === undefined) document.remove(['preferences', field]);
    else document.set(['preferences', field], value);
  });
}
