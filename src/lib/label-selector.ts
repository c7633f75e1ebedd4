import { KctlError } from './errors.ts';

type SelectorOperator = 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | '>' | '<';

interface SelectorRequirement {
  key: string;
  operator: SelectorOperator;
  values: readonly string[];
}

/** What a label selector asks for. `toString` is the form a server accepts in `labelSelector=`. */
export interface Selector {
  readonly requirements: readonly SelectorRequirement[];
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
  toString(): string;
}

/** meta/v1 LabelSelector. */
export interface LabelSelectorObject {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** What the requirements on one label come to. */
interface Wanted {
  /** Only these; undefined: any. */
  only: ReadonlySet<string> | undefined;
  never: Set<string>;
  above: number;
  below: number;
  mayBeThere: boolean;
  mustBeThere: boolean;
}

const operators: Readonly<Record<SelectorOperator, (wanted: Wanted, values: readonly string[]) => void>> = {
  in: demand,
  '=': demand,
  notin: exclude,
  '!=': exclude,
  exists: (wanted) => {
    wanted.mustBeThere = true;
  },
  '!': (wanted) => {
    wanted.mayBeThere = false;
  },
  '>': (wanted, [value]) => {
    wanted.mustBeThere = true;
    wanted.above = Math.max(wanted.above, Number(value));
  },
  '<': (wanted, [value]) => {
    wanted.mustBeThere = true;
    wanted.below = Math.min(wanted.below, Number(value));
  },
};

function demand(wanted: Wanted, values: readonly string[]): void {
  wanted.mustBeThere = true;
  const { only } = wanted;
  wanted.only = new Set(only ? values.filter((value) => only.has(value)) : values);
}

function exclude(wanted: Wanted, values: readonly string[]): void {
  for (const value of values) wanted.never.add(value);
}

function suits(value: string, { only, never, above, below, mayBeThere }: Wanted): boolean {
  if (!mayBeThere || never.has(value) || (only && !only.has(value))) return false;
  if (above === Number.NEGATIVE_INFINITY && below === Number.POSITIVE_INFINITY) return true;
  return /^-?\d+$/.test(value) && Number(value) > above && Number(value) < below;
}

/**
 * All requirements as one test, which costs as much as an object has labels, however much is required:
 * selectors come from strangers, and are asked of every object of a list.
 */
function testOf(requirements: readonly SelectorRequirement[]): Selector['matches'] {
  const byLabel = new Map<string, Wanted>();
  for (const { key, operator, values } of requirements) {
    let wanted = byLabel.get(key);
    if (!wanted) {
      const [above, below] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      wanted = { only: undefined, never: new Set(), above, below, mayBeThere: true, mustBeThere: false };
      byLabel.set(key, wanted);
    }
    operators[operator](wanted, values);
  }
  const needed = [...byLabel].filter(([, { mustBeThere }]) => mustBeThere).map(([key]) => key);
  return (labels = {}) => {
    for (const key of needed) if (!Object.hasOwn(labels, key)) return false;
    if (byLabel.size === needed.length) return needed.every((key) => suits(labels[key]!, byLabel.get(key)!));
    for (const key of Object.keys(labels)) {
      const wanted = byLabel.get(key);
      if (wanted && !suits(labels[key]!, wanted)) return false;
    }
    return true;
  };
}

const objectOperators: Readonly<Record<string, SelectorOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
};

function createSelector(requirements: SelectorRequirement[]): Selector {
  let test: Selector['matches'] | undefined;
  return {
    requirements,
    matches: (labels) => {
      test ??= testOf(requirements);
      return test(labels ?? undefined);
    },
    toString: () => requirements.map(requirementText).join(','),
  };
}

/** Matches no object: what an absent (nil) LabelSelector means. */
const nothing: Selector = { requirements: [], matches: () => false, toString: () => '' };

function requirementText({ key, operator, values }: SelectorRequirement): string {
  if (operator === 'exists') return key;
  if (operator === '!') return `!${key}`;
  if (operator === 'in' || operator === 'notin') return `${key} ${operator} (${[...values].sort().join(',')})`;
  return `${key}${operator}${values[0]}`;
}

function byKey(a: SelectorRequirement, b: SelectorRequirement): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/**
 * A LabelSelector of an object's spec: `{}` matches everything, undefined nothing
 * (meta/v1 LabelSelectorAsSelector).
 * @throws KctlError `input` for an unknown operator
 */
export function selectorOf(selector: LabelSelectorObject | undefined | null): Selector {
  if (!selector) return nothing;
  const requirements: SelectorRequirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
    key,
    operator: '=',
    values: [value],
  }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const known = Object.hasOwn(objectOperators, operator) ? objectOperators[operator] : undefined;
    if (!known) throw new KctlError('input', `"${operator}" is not a valid label selector operator`);
    requirements.push({ key, operator: known, values });
  }
  return createSelector(requirements.sort(byKey));
}

/** A plain map as in a Service's `spec.selector`; an empty one matches nothing there, so the caller decides that. */
export function selectorOfMap(labels: Readonly<Record<string, string>>): Selector {
  return selectorOf({ matchLabels: { ...labels } });
}

interface Token {
  text: string;
  isWord: boolean;
}

const TOKEN = /\s*(?:(==|!=|[=!(),<>])|([^\s=!(),<>]+))/y;

function tokens(text: string): Token[] {
  const result: Token[] = [];
  const source = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const match = TOKEN.exec(source);
    if (!match) break;
    result.push({ text: match[1] ?? match[2] ?? '', isWord: match[2] !== undefined });
  }
  return result;
}

/**
 * `app=web,tier!=db,env in (a,b),!canary,weight>3` (apimachinery labels.Parse). Empty text matches everything.
 * @throws KctlError `input` with the server's wording
 */
export function parseLabelSelector(text: string): Selector {
  const parser = new SelectorParser(tokens(text));
  return createSelector(parser.parse().sort(byKey));
}

class SelectorParser {
  private position = 0;
  private readonly tokens: Token[];

  constructor(list: Token[]) {
    this.tokens = list;
  }

  parse(): SelectorRequirement[] {
    const requirements: SelectorRequirement[] = [];
    if (this.tokens.length === 0) return requirements;
    for (;;) {
      const first = this.peek();
      if (!first.isWord && first.text !== '!') {
        throw found(first, requirements.length === 0 ? "!, identifier, or 'end of string'" : "identifier after ','");
      }
      requirements.push(this.requirement());
      const next = this.take();
      if (next.text === '') return requirements;
      if (next.text !== ',' || next.isWord) throw found(next, "',' or 'end of string'");
    }
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { text: '', isWord: false };
  }

  private take(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private requirement(): SelectorRequirement {
    if (this.peek().text === '!') {
      this.take();
      return { key: this.key(), operator: '!', values: [] };
    }
    const key = this.key();
    const next = this.peek();
    if (next.text === '' || next.text === ',') return { key, operator: 'exists', values: [] };
    const operator = this.operator();
    if (operator === 'in' || operator === 'notin') return { key, operator, values: this.valueSet(key) };
    const value = this.value(key);
    if ((operator === '>' || operator === '<') && !/^-?\d+$/.test(value)) {
      throw inRequirement(
        `values[0][${key}]: Invalid value: "${value}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    return { key, operator, values: [value] };
  }

  private key(): string {
    const token = this.take();
    if (!token.isWord) throw inRequirement(`found '${token.text}', expected: identifier`);
    checkKey(token.text);
    return token.text;
  }

  private operator(): SelectorOperator {
    const { text } = this.take();
    if (text === '==') return '=';
    if (Object.hasOwn(operators, text) && text !== 'exists' && text !== '!') return text as SelectorOperator;
    throw inRequirement(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  private value(key: string): string {
    const next = this.peek();
    if (next.text === '' || next.text === ',') return '';
    if (!next.isWord) throw inRequirement(`found '${next.text}', expected: identifier`);
    return checkValue(this.take().text, key);
  }

  private valueSet(key: string): string[] {
    const open = this.take();
    if (open.text !== '(') throw inRequirement(`found '${open.text}' expected: '('`);
    const values: string[] = [];
    for (;;) {
      const token = this.take();
      if (token.isWord) {
        values.push(checkValue(token.text, key, values.length));
        const separator = this.take();
        if (separator.text === ')') return values;
        if (separator.text !== ',') throw inRequirement(`found '${separator.text}', expected: ',' or ')'`);
        if (this.peek().text === ')') values.push('');
      } else if (token.text === ',') values.push('');
      else if (token.text === ')') return values.length > 0 ? values : [''];
      else throw inRequirement(`found '${token.text}', expected: ',', ')' or identifier`);
    }
  }
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function checkKey(key: string): void {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  if (slash >= 0 && !PREFIX.test(key.slice(0, slash))) {
    throw inRequirement(`<nil>: Invalid value: "${key}": prefix part a lowercase RFC 1123 subdomain must consist of lower \
case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', \
regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`);
  }
  if (!NAME.test(name)) {
    throw inRequirement(`<nil>: Invalid value: "${key}": name part must consist of alphanumeric characters, '-', '_' or \
'.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used \
for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`);
  }
  if (name.length > 63) {
    throw inRequirement(`<nil>: Invalid value: "${key}": name part must be no more than 63 bytes`);
  }
}

function checkValue(value: string, key: string, at = 0): string {
  if (value.length > 63)
    throw inRequirement(`values[${at}][${key}]: Invalid value: "${value}": must be no more than 63 bytes`);
  if (!NAME.test(value)) {
    throw inRequirement(`values[${at}][${key}]: Invalid value: "${value}": a valid label must be an empty string or consist of \
alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or \
'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`);
  }
  return value;
}

function found(token: Token, expected: string): KctlError {
  return new KctlError('input', `found '${token.text}', expected: ${expected}`);
}

function inRequirement(message: string): KctlError {
  return new KctlError('input', `unable to parse requirement: ${message}`);
}
