import {
  asPrefix,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameRule,
  qualifiedName,
} from '../../api/validation/names.ts';
import { Library } from '../functions.ts';
import { parseTimestamp } from '../times.ts';
import { type CelValue, Opaque, Optional, sizeOf } from '../values.ts';
import { patternCost } from './costs.ts';
import { parseRequestUri } from './request-uri.ts';

/** Formats by name (k8s.io/apiserver, pkg/cel/library/format.go). */
export const namedFormats = new Library();

const TYPE = 'kubernetes.NamedFormat';

class FormatValue extends Opaque {
  readonly typeName = TYPE;
  readonly name: string;
  /** The length of the pattern that a check is counted as. */
  readonly pattern: number;
  readonly rule: NameRule;
  constructor(name: string, pattern: number, rule: NameRule) {
    super();
    this.name = name;
    this.pattern = pattern;
    this.rule = rule;
  }
  equals(other: CelValue): boolean {
    return other instanceof FormatValue && other.name === this.name;
  }
}

const unless =
  (fits: (text: string) => boolean, complaint: string): NameRule =>
  (text) =>
    fits(text) ? [] : [complaint];

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const isDate = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && parseTimestamp(`${text}T00:00:00Z`) !== undefined;
const uri: NameRule = (text) => {
  const problem = parseRequestUri(text);
  return problem === undefined ? [] : [problem];
};

const formats: Readonly<Record<string, FormatValue>> = {
  dns1123Label: new FormatValue('DNS1123Label', 30, dnsLabel),
  dns1123Subdomain: new FormatValue('DNS1123Subdomain', 60, dnsSubdomain),
  dns1035Label: new FormatValue('DNS1035Label', 30, dns1035Label),
  qualifiedName: new FormatValue('QualifiedName', 60, qualifiedName),
  dns1123LabelPrefix: new FormatValue('DNS1123LabelPrefix', 30, asPrefix(dnsLabel)),
  dns1123SubdomainPrefix: new FormatValue('DNS1123SubdomainPrefix', 60, asPrefix(dnsSubdomain)),
  dns1035LabelPrefix: new FormatValue('DNS1035LabelPrefix', 30, asPrefix(dns1035Label)),
  labelValue: new FormatValue('LabelValue', 40, labelValue),
  uri: new FormatValue('URI', 1103, uri),
  uuid: new FormatValue(
    'uuid',
    72,
    unless((text) => UUID.test(text), 'does not match the UUID format'),
  ),
  byte: new FormatValue(
    'byte',
    84,
    unless((text) => text !== '' && BASE64.test(text), 'invalid base64'),
  ),
  date: new FormatValue('date', 70, unless(isDate, 'invalid date')),
  datetime: new FormatValue(
    'datetime',
    70,
    unless((text) => parseTimestamp(text) !== undefined, 'invalid datetime'),
  ),
};

function validate(format: FormatValue, text: string): Optional {
  const complaints = format.rule(text);
  return complaints.length === 0 ? Optional.none : new Optional(complaints);
}

for (const [name, format] of Object.entries(formats)) namedFormats.global(`format.${name}`, '', TYPE, () => format);
namedFormats
  .global('format.named', 'string', `optional(${TYPE})`, (name: string) =>
    Object.hasOwn(formats, name) ? new Optional(formats[name]!) : Optional.none,
  )
  .member('validate', `${TYPE}, string`, 'optional(list(string))', validate, ([format, text]) =>
    patternCost(sizeOf(text), (format as FormatValue).pattern),
  );
