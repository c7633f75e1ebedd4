import { KctlError } from '../../lib/errors.ts';
import type { KubeconfigFile, NamedExtension } from './model.ts';
import { parsePlainYaml } from './plain-yaml.ts';

type Kind = 'string' | 'bool' | 'strings' | 'object' | 'any';

/** Field types of the v1 format; the names are Go's, because kubectl's errors print them. */
const clusterFields: Record<string, Kind> = {
  server: 'string',
  'tls-server-name': 'string',
  'insecure-skip-tls-verify': 'bool',
  'certificate-authority': 'string',
  'certificate-authority-data': 'string',
  'proxy-url': 'string',
  'disable-compression': 'bool',
};
const userFields: Record<string, Kind> = {
  'client-certificate': 'string',
  'client-certificate-data': 'string',
  'client-key': 'string',
  'client-key-data': 'string',
  token: 'string',
  tokenFile: 'string',
  as: 'string',
  'as-uid': 'string',
  'as-groups': 'strings',
  'as-user-extra': 'object',
  username: 'string',
  password: 'string',
  'auth-provider': 'object',
  exec: 'object',
};
const contextFields: Record<string, Kind> = { cluster: 'string', user: 'string', namespace: 'string' };

const stanzas = {
  clusters: { key: 'cluster', go: 'Cluster', list: 'NamedCluster', target: 'Cluster', fields: clusterFields },
  users: { key: 'user', go: 'AuthInfo', list: 'NamedAuthInfo', target: 'AuthInfo', fields: userFields },
  contexts: { key: 'context', go: 'Context', list: 'NamedContext', target: 'Context', fields: contextFields },
} as const;

type ListName = keyof typeof stanzas;

/** What the file cannot be read for, in kubectl's words and on one line. */
function fail(file: string, detail: string, cause?: unknown): never {
  throw new KctlError('config', `error loading config file "${file}": ${detail}`, cause === undefined ? {} : { cause });
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value !== null && typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value;
}

const goTypes: Record<Kind, string> = {
  string: 'string',
  bool: 'bool',
  strings: '[]string',
  object: 'object',
  any: 'any',
};

function fits(value: unknown, kind: Kind): boolean {
  if (value === null || value === undefined || kind === 'any') return true;
  if (kind === 'strings') return Array.isArray(value);
  return kind === jsonType(value);
}

/**
 * Reads one kubeconfig. Unknown fields are left alone, as kubectl leaves them.
 * @throws KctlError `config` with kubectl's `error loading config file "…": …`
 */
export async function parseKubeconfig(text: string, file: string): Promise<KubeconfigFile> {
  const document = (parsePlainYaml(text) ?? { value: await parseFullYaml(text, file) }).value;
  if (document === null || document === undefined) return emptyFile();
  if (jsonType(document) !== 'object') {
    fail(
      file,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonType(document)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  }
  const root = document as Record<string, unknown>;
  checkVersion(root, file);
  return {
    clusters: readList(root, 'clusters', file) as KubeconfigFile['clusters'],
    users: readList(root, 'users', file) as KubeconfigFile['users'],
    contexts: readList(root, 'contexts', file) as KubeconfigFile['contexts'],
    currentContext: readString(root, 'current-context', file),
    preferences: root.preferences ?? {},
    extensions: (root.extensions as NamedExtension[] | null | undefined) ?? [],
  };
}

function emptyFile(): KubeconfigFile {
  return { clusters: [], users: [], contexts: [], currentContext: '', preferences: {}, extensions: [] };
}

async function parseFullYaml(text: string, file: string): Promise<unknown> {
  const { readFullYaml } = await import('./full-yaml.ts');
  const { value, problem } = readFullYaml(text);
  if (problem) {
    const { words, line, cause } = problem;
    fail(file, `yaml: ${line ? `line ${line}: ` : ''}${words.charAt(0).toLowerCase()}${words.slice(1)}`, cause);
  }
  return value;
}

function checkVersion(root: Record<string, unknown>, file: string): void {
  const version = readString(root, 'apiVersion', file);
  const kind = readString(root, 'kind', file);
  if ((version !== '' && version !== 'v1') || (kind !== '' && kind !== 'Config')) {
    fail(
      file,
      `no kind "${kind || 'Config'}" is registered for version "${version || 'v1'}" in scheme "k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50"`,
    );
  }
}

function readString(root: Record<string, unknown>, field: string, file: string): string {
  const value = root[field] ?? '';
  if (typeof value !== 'string') {
    fail(file, `json: cannot unmarshal ${jsonType(value)} into Go struct field Config.${field} of type string`);
  }
  return value;
}

function readList(root: Record<string, unknown>, name: ListName, file: string): unknown[] {
  const spec = stanzas[name];
  const list = root[name] ?? [];
  if (!Array.isArray(list)) {
    fail(
      file,
      `json: cannot unmarshal ${jsonType(list)} into Go struct field Config.${name} of type []v1.${spec.list}`,
    );
  }
  const seen = new Set<string>();
  return list.map((item) => {
    const entry = (item ?? {}) as Record<string, unknown>;
    const body = (entry[spec.key] ?? {}) as Record<string, unknown>;
    checkFields(entry, { name: 'string', [spec.key]: 'object' }, `${spec.list}.${name}`, `v1.${spec.go}`, file);
    checkFields(body, spec.fields, `${spec.go}.${name}.${spec.key}`, 'object', file);
    const title = (entry.name as string | undefined) ?? '';
    if (seen.has(title)) {
      fail(
        file,
        `error converting *[]${spec.list} into *map[string]*api.${spec.target}: duplicate name "${title}" in list`,
      );
    }
    seen.add(title);
    checkBase64(body, file);
    const clean = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
    return { name: title, [spec.key]: clean };
  });
}

function checkFields(
  value: Record<string, unknown>,
  fields: Record<string, Kind>,
  path: string,
  objectType: string,
  file: string,
): void {
  for (const [field, kind] of Object.entries(fields)) {
    if (fits(value[field], kind)) continue;
    const type = kind === 'object' ? objectType : goTypes[kind];
    fail(
      file,
      `json: cannot unmarshal ${jsonType(value[field])} into Go struct field ${path}.${field} of type ${type}`,
    );
  }
}

function checkBase64(body: Record<string, unknown>, file: string): void {
  for (const field of ['certificate-authority-data', 'client-certificate-data', 'client-key-data']) {
    const data = body[field];
    if (typeof data !== 'string') continue;
    const compact = data.replace(/[\r\n]/g, '');
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) continue;
    const bad = compact.search(/[^A-Za-z0-9+/]/);
    fail(file, `illegal base64 data at input byte ${bad < 0 ? compact.length - (compact.length % 4) : bad}`);
  }
}
