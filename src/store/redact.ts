import type { KubeObject, TableRow } from '../api/meta.ts';

/** What stands in the place of what nobody else may see. */
const redacted = '<redacted>';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
/** Fields whose text is a secret by their name. */
const secretField = /(?:token|password|passwd|passphrase|api-?key|private-?key|client-?secret|credentials?)$/i;
/** Secrets by their shape: JSON web tokens, headers, keys in PEM, `password=...`, credentials in URLs. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, redacted],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, redacted],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${redacted}`],
  [
    /\b([\w-]*(?:password|passwd|secret|token|api[-_]?key|access[-_]?key))(["']?\s*[=:]\s*["']?)(?!<|\s)[^\s"',;&]+/gi,
    `$1$2${redacted}`,
  ],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${redacted}@`],
];

/** A text without what looks like a secret. Values of variables of the environment in descriptions go, too. */
export function redactText(text: string): string {
  let out = text;
  for (const [shape, instead] of secretTexts) out = out.replace(shape, instead);
  return redactEnvironment(out);
}

/** `describe` prints variables as lines behind `Environment:`, deeper than it. */
function redactEnvironment(text: string): string {
  if (!text.includes('Environment:')) return text;
  let deeper: number | undefined;
  return text
    .split('\n')
    .map((line) => {
      const indent = line.search(/\S/);
      if (/^\s*Environment:\s*$/.test(line)) {
        deeper = indent;
        return line;
      }
      if (deeper === undefined) return line;
      if (indent <= deeper) {
        deeper = undefined;
        return line;
      }
      // References say where a value is, not what it is.
      return /:\s+<(?:set to|none)/.test(line) ? line : line.replace(/^(\s*[^:\s]+:\s+)\S.*$/, `$1${redacted}`);
    })
    .join('\n');
}

/** A value of an object without what looks like a secret. */
function redactValue(value: unknown, key: string): unknown {
  if (typeof value === 'string') return secretField.test(key) && value !== '' ? redacted : redactText(value);
  if (Array.isArray(value)) {
    return key === 'env' ? value.map(redactVariable) : value.map((one) => redactValue(one, key));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== lastApplied && name !== 'managedFields')
      .map(([name, one]) => [name, redactValue(one, name)]),
  );
}

function redactVariable(variable: unknown): unknown {
  const { value, ...rest } = variable as Record<string, unknown>;
  return value === undefined ? rest : { ...rest, value: redacted };
}

/** An object whose secrets are gone: data of Secrets, values of variables, what was last applied, tokens wherever they are. */
export function redactObject<Kind extends KubeObject>(object: Kind): Kind {
  const clean = redactValue(object, '') as Kind & { data?: object; stringData?: object };
  if (object.kind === 'Secret') {
    for (const field of ['data', 'stringData'] as const) {
      const held = clean[field];
      if (held) clean[field] = Object.fromEntries(Object.keys(held).map((name) => [name, redacted]));
    }
  }
  return clean;
}

/** A row with what a table shows of its object, and nothing else. */
export function redactRow({ cells, object }: TableRow): TableRow {
  const { name, namespace, uid, resourceVersion, labels, creationTimestamp, deletionTimestamp, ownerReferences } =
    object.metadata;
  const metadata = {
    name,
    namespace,
    uid,
    resourceVersion,
    labels,
    creationTimestamp,
    deletionTimestamp,
    ownerReferences,
  };
  return {
    cells: cells.map((cell) => (typeof cell === 'string' ? redactText(cell) : cell)),
    object: { apiVersion: object.apiVersion, kind: object.kind, metadata },
  } as TableRow;
}
