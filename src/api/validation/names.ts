/**
 * The forms of names, with the words that a server has for what breaks them. Each rule gives the
 * complaints about a text, none when it is fine. Source: apimachinery, util/validation/validation.go.
 */
export type NameRule = (text: string) => string[];

const tooLong = (text: string, max: number): string[] =>
  text.length > max ? [`must be no more than ${max} characters`] : [];

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

function form(message: string, pattern: string, examples: readonly string[], max = Number.POSITIVE_INFINITY): NameRule {
  const regex = whole(pattern);
  const shown = examples.map((example) => `'${example}'`).join(',  or ');
  const complaint = `${message} (e.g. ${shown}, regex used for validation is '${pattern}')`;
  return (text) => [...tooLong(text, max), ...(regex.test(text) ? [] : [complaint])];
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';

export const dnsLabel = form(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  ['my-name', '123-abc'],
  63,
);

export const dnsSubdomain = form(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  `${label}(\\.${label})*`,
  ['example.com'],
  253,
);

export const dns1035Label = form(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  ['my-name', 'abc-123'],
  63,
);

export const labelValue = form(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  ['MyValue', 'my_value', '12345'],
  63,
);

export const wildcardSubdomain = form(
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  `\\*\\.${label}(\\.${label})*`,
  ['*.example.com'],
  253,
);

const keyForm = form(
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  '[-._a-zA-Z0-9]+',
  ['key.name', 'KEY_NAME', 'key-name'],
  253,
);

/** A key of a ConfigMap or a Secret: a file name that leads nowhere else. */
export const dataKey: NameRule = (text) => {
  const complaints = keyForm(text);
  if (text === '.') complaints.push("must not be '.'");
  else if (text === '..') complaints.push("must not be '..'");
  else if (text.startsWith('..')) complaints.push("must not start with '..'");
  return complaints;
};

const namePart = form(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  name,
  ['MyName', 'my.name', '123-abc'],
  63,
);

/** `name` or `example.com/name`: keys of labels and annotations. */
export const qualifiedName: NameRule = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${namePart('/')[0]} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const complaints: string[] = [];
  if (parts.length === 2) {
    const prefix = parts[0]!;
    if (prefix === '') complaints.push('prefix part must be non-empty');
    else complaints.push(...dnsSubdomain(prefix).map((complaint) => `prefix part ${complaint}`));
  }
  const last = parts.at(-1)!;
  if (last === '') complaints.push('name part must be non-empty');
  complaints.push(...namePart(last).map((complaint) => `name part ${complaint}`));
  return complaints;
};

/** Names of RBAC objects: whatever is one segment of a path. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

/** IANA service name: names of ports. */
export const portName: NameRule = (text) => {
  const complaints = tooLong(text, 15);
  if (!/^[-a-z0-9]+$/.test(text))
    complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) complaints.push('must contain at least one letter (a-z)');
  if (text.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
};

/** Anything printable but `=`, as since 1.30. */
export const environmentName: NameRule = (text) =>
  /^[ -<>-~]+$/.test(text)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
