/**
 * The forms of names, with the words that a server has for what breaks them. Each rule gives the
 * complaints about a text, none when it is fine. Sources: apimachinery, util/validation/validation.go
 * and api/validate/content.
 */
export type NameRule = (text: string) => readonly string[];

const none: readonly string[] = [];

const lengthLimit = (max: number, unit = 'characters'): string => `must be no more than ${max} ${unit}`;

/** A pattern in the words of a message. */
export function patternText(message: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${message} (${shown ? `e.g. ${shown}` : ''}regex used for validation is '${pattern}')`;
}

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);
const isLong = (text: string, max: number): boolean => text.length > max || Buffer.byteLength(text) > max;

function form(
  message: string,
  pattern: string,
  examples: readonly string[],
  max = Number.POSITIVE_INFINITY,
  unit = 'characters',
): NameRule {
  const regex = whole(pattern);
  const complaint = patternText(message, pattern, ...examples);
  return (text) => {
    const fits = regex.test(text);
    if (fits && text.length <= max) return none;
    const complaints = isLong(text, max) ? [lengthLimit(max, unit)] : [];
    if (!fits) complaints.push(complaint);
    return complaints;
  };
}

const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const name = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const looseLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';

const plainLabel = form(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label,
  ['my-name', '123-abc'],
  63,
);

const subdomain = whole(`${label}(\\.${label})*`);

/** A text that is a subdomain is told so: its dots are what is wrong. */
export const dnsLabel: NameRule = (text) => {
  const complaints = plainLabel(text);
  if (complaints.length === 0 || !text.includes('.') || !subdomain.test(text)) return complaints;
  return [...complaints.slice(0, -1), 'must not contain dots'];
};

export const dnsSubdomain = form(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  `${label}(\\.${label})*`,
  ['example.com'],
  253,
);

/** Search domains of a pod. */
export const looseSubdomain = form(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
  `${looseLabel}(\\.${looseLabel})*`,
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
  'bytes',
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
  if (!text.startsWith('.')) return complaints;
  if (text === '.') return [...complaints, "must not be '.'"];
  if (text === '..') return [...complaints, "must not be '..'"];
  return text.startsWith('..') ? [...complaints, "must not start with '..'"] : complaints;
};

const partMessage =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const partPattern = whole(name);
const partComplaint = patternText(partMessage, name, 'MyName', 'my.name', '123-abc');

/** `name` or `example.com/name`: keys of labels and annotations. */
export const qualifiedName: NameRule = (text) => {
  const slash = text.indexOf('/');
  if (slash < 0) return partComplaints(text, none);
  if (text.indexOf('/', slash + 1) >= 0) {
    return [
      `a valid label key ${partComplaint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const prefix = text.slice(0, slash);
  const complaints =
    prefix === ''
      ? ['prefix part must be non-empty']
      : dnsSubdomain(prefix).map(
          (complaint) => `prefix part ${complaint.replace(/^(must be no more than \d+) characters$/, '$1 bytes')}`,
        );
  return partComplaints(text.slice(slash + 1), complaints);
};

function partComplaints(part: string, before: readonly string[]): readonly string[] {
  const fits = partPattern.test(part);
  if (fits && part.length <= 63) return before;
  const complaints = [...before];
  if (part === '') complaints.push('name part must be non-empty');
  else if (isLong(part, 63)) complaints.push(`name part ${lengthLimit(63, 'bytes')}`);
  if (!fits) complaints.push(`name part ${partComplaint}`);
  return complaints;
}

/** Names of RBAC objects: whatever is one segment of a path. */
export const pathSegment: NameRule = (text) => {
  if (text === '.' || text === '..') return [`may not be '${text}'`];
  return ['/', '%'].filter((part) => text.includes(part)).map((part) => `may not contain '${part}'`);
};

/** IANA service name: names of ports. */
export const portName: NameRule = (text) => {
  const complaints = isLong(text, 15) ? [lengthLimit(15)] : [];
  if (!/^[-a-z0-9]+$/.test(text))
    complaints.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) complaints.push('must contain at least one letter (a-z)');
  if (text.includes('--')) complaints.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) complaints.push('must not begin or end with a hyphen');
  return complaints;
};

/** Anything printable but `=`, as since 1.30. */
export const environmentName: NameRule = (text) =>
  /^[ -<>-~]*$/.test(text)
    ? none
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];

export const headerName = form("a valid HTTP header must consist of alphanumeric characters or '-'", '[-A-Za-z0-9]+', [
  'X-Header-Name',
]);

export const percent = form("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', [
  '1%',
  '93%',
]);

export const cIdentifier = form(
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_'",
  '[A-Za-z_][A-Za-z0-9_]*',
  ['my_name', 'MY_NAME', 'MyName'],
);

/** What a rule says of a `generateName`, whose last dash is followed by random letters. */
export const asPrefix =
  (rule: NameRule): NameRule =>
  (text) =>
    rule(text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text);
