import { readFileSync } from 'node:fs';
import type { PluginPolicy } from '../../kube/credentials/plugin-policy.ts';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseYamlDocuments } from '../../lib/yaml.ts';
import { type KubercFile, kubercError } from './find.ts';

interface Option {
  name: string;
  default: string;
}

export interface Alias {
  name: string;
  command: string;
  prependArgs: readonly string[];
  appendArgs: readonly string[];
  options: readonly Option[];
}

interface Defaults {
  command: string;
  options: readonly Option[];
}

/** What a user wants otherwise: kubectl's `Preference` of kubectl.config.k8s.io/v1beta1, and v1alpha1 before it. */
export interface Preference {
  aliases: readonly Alias[];
  defaults: readonly Defaults[];
  plugins: PluginPolicy;
}

/**
 * Reads the first document that is a `Preference`. Of a file that nobody named, what is wrong is only told.
 * @returns undefined where there is none
 * @throws KctlError for a file that was named and cannot be used, and for names that cannot be
 */
export function readPreference({ path, explicit }: KubercFile, io: IoStreams): Preference | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!explicit && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return unusable(fileError(error, 'open', path));
  }
  let documents: unknown[] = [];
  try {
    documents = parseYamlDocuments(text, path);
  } catch {
    return unusable(noPreferences);
  }
  const found = documents.find(isPreference);
  if (found) return checked(found);
  return documents.length > 0 ? unusable(noPreferences) : undefined;

  function unusable(reason: string): undefined {
    if (explicit) throw kubercError(`kuberc error kuberc: ${reason}`);
    io.stderr.write(`kuberc: no preferences loaded from ${path}: ${reason}\n`);
    return undefined;
  }
}

const noPreferences = 'no valid preferences found';
const versions = /^kubectl\.config\.k8s\.io\/v1(alpha1|beta1)$/;

interface RawOption {
  name?: unknown;
  default?: unknown;
}
interface RawPreference {
  aliases?: {
    name?: unknown;
    command?: unknown;
    prependArgs?: unknown[];
    appendArgs?: unknown[];
    options?: RawOption[];
    flags?: RawOption[];
  }[];
  defaults?: { command?: unknown; options?: RawOption[]; flags?: RawOption[] }[];
  /** v1alpha1 called the defaults so. */
  overrides?: RawPreference['defaults'];
  credentialPluginPolicy?: unknown;
  /** Of 1.35, and `command` since 1.36. */
  credentialPluginAllowlist?: ({ name?: unknown; command?: unknown } | null)[] | null;
}

function isPreference(document: unknown): document is RawPreference {
  const { apiVersion, kind } = (document ?? {}) as { apiVersion?: unknown; kind?: unknown };
  return kind === 'Preference' && versions.test(String(apiVersion));
}

function checked(raw: RawPreference): Preference {
  const words = (list: unknown[] | undefined) => (Array.isArray(list) ? list.map(String) : []);
  const options = ({ options: given, flags }: { options?: RawOption[]; flags?: RawOption[] }): Option[] =>
    (given ?? flags ?? []).map(({ name, default: value }) => {
      const title = String(name ?? '');
      if (title.startsWith('-')) throw kubercError(`flag name ${title} should be in long form without dashes`);
      return { name: title, default: String(value ?? '') };
    });
  const seen = new Set<string>();
  const aliases = (raw.aliases ?? []).map((alias) => {
    const name = String(alias.name ?? '');
    if (!/^[a-zA-Z]+$/.test(name)) {
      throw kubercError('invalid alias name, can only include alphabetical characters');
    }
    const read = { name, command: String(alias.command ?? ''), options: options(alias) };
    if (seen.has(name)) throw kubercError(`duplicate alias name ${name}`);
    seen.add(name);
    return { ...read, prependArgs: words(alias.prependArgs), appendArgs: words(alias.appendArgs) };
  });
  const defaults = (raw.defaults ?? raw.overrides ?? []).map((each) => ({
    command: String(each.command ?? ''),
    options: options(each),
  }));
  return { aliases, defaults, plugins: pluginPolicy(raw) };
}

const policies: readonly string[] = ['', 'AllowAll', 'DenyAll', 'Allowlist'] satisfies PluginPolicy['type'][];

/** A policy that cannot be understood must not be taken for none. */
function pluginPolicy({ credentialPluginPolicy, credentialPluginAllowlist: list }: RawPreference): PluginPolicy {
  const type = String(credentialPluginPolicy ?? '');
  if (!policies.includes(type)) throw kubercError(`unknown credentialPluginPolicy "${type}"`);
  const allowed = (Array.isArray(list) ? list : []).map((entry) => String(entry?.command ?? entry?.name ?? ''));
  if (type !== 'Allowlist') {
    if (list) throw kubercError(`credentialPluginAllowlist must not be there where the policy is "${type}"`);
  } else if (allowed.length === 0) throw kubercError('credentialPluginAllowlist must name a plugin');
  else if (allowed.includes('')) throw kubercError('an entry of credentialPluginAllowlist names no plugin');
  return { type: type as PluginPolicy['type'], allowed };
}
