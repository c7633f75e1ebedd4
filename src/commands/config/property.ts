import type { StanzaList } from '../../kube/kubeconfig/document.ts';
import { KctlError } from '../../lib/errors.ts';

/** What a property holds; `bytes` are written as base64. `opaque` is what no path leads through. */
type Leaf = 'string' | 'bool' | 'bytes' | 'strings' | 'lists' | 'opaque';

interface PropertyType {
  /** As Go's reflection prints it. */
  go: string;
  leaf?: Leaf;
  /** Fields of a struct by the name in the path, with the name in the file where that differs. */
  fields?: Record<string, { type: PropertyType; file?: string }>;
  /** The values of a map. */
  values?: PropertyType;
}

const leaf = (kind: Leaf, go: string = kind): { type: PropertyType } => ({ type: { go, leaf: kind } });
const text = leaf('string');
const flag = leaf('bool');
const bytes = leaf('bytes', '[]uint8');
const extensions = leaf('opaque', 'map[string]runtime.Object');

/** The fields of client-go's own form of a kubeconfig (tools/clientcmd/api), whose paths `config set` takes. */
const cluster: PropertyType = {
  go: 'api.Cluster',
  fields: {
    server: text,
    'tls-server-name': text,
    'insecure-skip-tls-verify': flag,
    'certificate-authority': text,
    'certificate-authority-data': bytes,
    'proxy-url': text,
    'disable-compression': flag,
    extensions,
  },
};
const user: PropertyType = {
  go: 'api.AuthInfo',
  fields: {
    'client-certificate': text,
    'client-certificate-data': bytes,
    'client-key': text,
    'client-key-data': bytes,
    token: text,
    tokenFile: text,
    'act-as': { ...text, file: 'as' },
    'act-as-uid': { ...text, file: 'as-uid' },
    'act-as-groups': { ...leaf('strings', '[]string'), file: 'as-groups' },
    'act-as-user-extra': { ...leaf('lists', 'map[string][]string'), file: 'as-user-extra' },
    username: text,
    password: text,
    'auth-provider': leaf('opaque', '*api.AuthProviderConfig'),
    exec: leaf('opaque', '*api.ExecConfig'),
    extensions,
  },
};
const context: PropertyType = {
  go: 'api.Context',
  fields: { cluster: text, user: text, namespace: text, extensions },
};
const map = (values: PropertyType, go: string) => ({ type: { go: `map[string]*${go}`, values } });
const config: PropertyType = {
  go: 'api.Config',
  fields: {
    kind: text,
    apiVersion: text,
    preferences: { type: { go: 'api.Preferences', fields: { colors: flag, extensions } } },
    clusters: map(cluster, 'api.Cluster'),
    users: map(user, 'api.AuthInfo'),
    contexts: map(context, 'api.Context'),
    'current-context': text,
    extensions,
  },
};

/** Where a property is: a field outside the lists, a list, a stanza of one, or a field of a stanza. */
export interface Property {
  list: StanzaList | undefined;
  stanza: string | undefined;
  /** The field as the file has it; undefined where the path ends before one. */
  field: string | undefined;
  leaf: Leaf | undefined;
}

/**
 * Takes the dotted name of a property apart. Names of stanzas may hold dots: they go on until a word that
 * names a field of what is in them.
 * @throws KctlError in kubectl's words for what leads nowhere
 */
export function parseProperty(path: string): Property {
  const words = path.split('.');
  const steps: string[] = [];
  const found: Property = { list: undefined, stanza: undefined, field: undefined, leaf: undefined };
  let type = config;
  while (words.length > 0) {
    if (type.values) {
      const known = type.values.fields ?? {};
      const next = words.findIndex((word, at) => at > 0 && Object.hasOwn(known, word));
      found.stanza = words.splice(0, next < 0 ? words.length : next).join('.');
      type = type.values;
      steps.push(`{${found.stanza} ${type.go}}`);
      continue;
    }
    // The values of `act-as-user-extra` are no structs, which is what Go finds out here.
    if (type.leaf === 'lists') throw new KctlError('usage', 'string is not of type struct');
    if (!type.fields) throw new KctlError('usage', `unable to parse one or more field values of ${path}`);
    const word = words.shift()!;
    const field = Object.hasOwn(type.fields, word) ? type.fields[word] : undefined;
    if (!field) {
      throw new KctlError('usage', `unable to parse ${path} after [${steps.join(' ')}] at ${type.go}`);
    }
    steps.push(`{${word} ${field.type.go}}`);
    if (field.type.values) found.list = word as StanzaList;
    else if (!field.type.fields) {
      found.field = field.file ?? word;
      found.leaf = field.type.leaf;
    }
    type = field.type;
  }
  return found;
}

/** strconv.ParseBool's spellings. */
const bools: Record<string, boolean> = Object.fromEntries([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

/**
 * The value of a property as the file has it.
 * @param raw bytes are given as they are, and not in base64
 * @throws KctlError in kubectl's words
 */
export function propertyValue({ leaf: kind }: Property, value: string, raw: boolean): string | boolean {
  const fail = (message: string): never => {
    throw new KctlError('usage', message);
  };
  switch (kind) {
    case 'string':
      return value;
    case 'bool':
      return bools[value] ?? fail(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
    case 'bytes': {
      if (raw) return Buffer.from(value).toString('base64');
      const bad = badBase64At(value);
      if (bad !== undefined) fail(`error decoding input value: illegal base64 data at input byte ${bad}`);
      return Buffer.from(value, 'base64').toString('base64');
    }
    case 'strings':
      return fail('unrecognized slice type. string');
    default:
      return fail("can't set a map to a value: map[]");
  }
}

/** Where Go's decoder of standard base64 gives up; undefined where it does not. Line ends are skipped. */
function badBase64At(text: string): number | undefined {
  const isBreak = (at: number) => text[at] === '\n' || text[at] === '\r';
  let inQuad = 0;
  for (let at = 0; at < text.length; at++) {
    if (isBreak(at)) continue;
    if (/[A-Za-z0-9+/]/.test(text[at]!)) {
      inQuad = (inQuad + 1) % 4;
      continue;
    }
    if (text[at] !== '=' || inQuad < 2) return at;
    let next = at + 1;
    const skip = () => {
      while (isBreak(next)) next++;
    };
    skip();
    if (inQuad === 2) {
      if (next === text.length) return text.length;
      if (text[next] !== '=') return next - 1;
      next++;
      skip();
    }
    return next < text.length ? next : undefined;
  }
  return inQuad === 0 ? undefined : text.length - inQuad;
}
