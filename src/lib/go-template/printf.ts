import { goQuoted, goSyntax } from '../go-value.ts';
import { GoNumber } from './nodes.ts';
import { floatVerb, integerVerb, type Verbs } from './printf-numbers.ts';
import { isMap, nestedText, sortedKeys, typeName, unboxed } from './values.ts';

const DIRECTIVE = /%([-+# 0]*)(?:\[(\d+)\])?(\d+|\*)?(?:\.(?:\[(\d+)\])?(\d+|\*)?)?(?:\[(\d+)\])?/y;
/** fmt takes no wider fields. */
const WIDEST = 1_000_000;

/** Go's Sprintf for the values that objects have: width, precision, flags, `*` and `[1]` included. */
export function formatText(format: string, values: readonly unknown[]): string {
  let text = '';
  let used = 0;
  let isReordered = false;
  for (let at = 0; at < format.length; ) {
    const percent = format.indexOf('%', at);
    if (percent < 0) return finished(text + format.slice(at), values, used, isReordered);
    text += format.slice(at, percent);
    DIRECTIVE.lastIndex = percent;
    const [all = '%', flags = '', first, width, , precision, last] = DIRECTIVE.exec(format) ?? [];
    at = percent + all.length;
    const code = format.codePointAt(at);
    if (code === undefined) {
      text += '%!(NOVERB)';
      break;
    }
    const verb = String.fromCodePoint(code);
    at += verb.length;
    const take = (index: string | undefined): unknown => {
      if (index !== undefined) {
        isReordered = true;
        used = Number(index) - 1;
      }
      return values[used++];
    };
    const form: Verbs = {
      minus: flags.includes('-'),
      plus: flags.includes('+'),
      sharp: flags.includes('#'),
      space: flags.includes(' '),
      zero: flags.includes('0'),
    };
    const number = (given: string | undefined, index: string | undefined, bad: string): number | undefined => {
      if (given !== '*') return given === undefined ? undefined : Number(given);
      const value = take(index);
      const found = value instanceof GoNumber ? value.value : typeof value === 'number' ? value : undefined;
      if (found === undefined || Math.abs(found) > WIDEST) text += bad;
      return found;
    };
    const wide = number(width, first, '%!(BADWIDTH)');
    if (wide !== undefined) form.width = Math.abs(wide);
    if (wide !== undefined && wide < 0) form.minus = true;
    const hasPoint = all.includes('.');
    const exact = number(precision, undefined, '%!(BADPREC)');
    if (hasPoint && (exact === undefined || exact >= 0)) form.precision = exact ?? 0;
    if (verb === '%') {
      text += '%';
      continue;
    }
    const index = last ?? (width === '*' ? undefined : first);
    if (index !== undefined && (Number(index) < 1 || Number(index) > values.length)) {
      isReordered = true;
      text += `%!${verb}(BADINDEX)`;
      continue;
    }
    if (index === undefined && used >= values.length) {
      text += `%!${verb}(MISSING)`;
      continue;
    }
    // Under %v a plus asks for the names of fields, which maps have anyway.
    if (verb === 'v') form.plus = false;
    text += formatted(take(index), verb, form);
  }
  return finished(text, values, used, isReordered);
}

function finished(text: string, values: readonly unknown[], used: number, isReordered: boolean): string {
  if (isReordered || used >= values.length) return text;
  const extra = values.slice(used).map((value) => {
    const inner = unboxed(value);
    return inner === undefined ? '<nil>' : `${typeName(inner)}=${nestedText(inner)}`;
  });
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** One value under one verb; what the verb does not fit is said as `%!d(string=x)`. */
function formatted(given: unknown, verb: string, form: Verbs): string {
  const value = unboxed(given);
  if (verb === 'T') return padded(value === undefined ? '<nil>' : typeName(value), form);
  if (value === undefined) return verb === 'v' ? padded('<nil>', form) : `%!${verb}(<nil>)`;
  if (verb === 'v' && form.sharp) return syntax(value, form);
  if (typeof value === 'string') return stringVerb(value, verb, form) ?? bad(value, verb, form);
  if (typeof value === 'boolean') {
    return verb === 't' || verb === 'v' ? padded(String(value), form) : bad(value, verb, form);
  }
  if (typeof value === 'bigint') return integerVerb(value, verb === 'v' ? 'd' : verb, form) ?? bad(value, verb, form);
  if (typeof value === 'number' || value instanceof GoNumber)
    return numberVerb(value, verb, form) ?? bad(value, verb, form);
  if (Array.isArray(value)) {
    if (verb === 'p') return '0xc000000000';
    return `[${value.map((item) => nested(item, verb, form)).join(' ')}]`;
  }
  if (!isMap(value)) return bad(value, verb, form);
  const pairs = sortedKeys(value).map((key) => `${formatted(key, verb, form)}:${nested(value[key], verb, form)}`);
  return `map[${pairs.join(' ')}]`;
}

/** In maps and lists a null is `<nil>` under any verb. */
function nested(value: unknown, verb: string, form: Verbs): string {
  return unboxed(value) === undefined ? '<nil>' : formatted(value, verb, form);
}

function syntax(value: unknown, form: Verbs): string {
  if (typeof value === 'string') return padded(goQuoted(value), form);
  const plain = value instanceof GoNumber ? value.value : value;
  const text = value instanceof GoNumber && value.kind === 'uint8' ? `0x${value.value.toString(16)}` : goSyntax(plain);
  return typeof plain === 'object' ? text : padded(text, form);
}

function numberVerb(value: number | GoNumber, verb: string, form: Verbs): string | undefined {
  const isFloat = value instanceof GoNumber ? value.kind === 'float64' : !Number.isInteger(value);
  const plain = value instanceof GoNumber ? value.value : value;
  return isFloat ? floatVerb(plain, verb, form) : integerVerb(plain, verb, form);
}

function bad(value: unknown, verb: string, form: Verbs): string {
  return `%!${verb}(${typeName(value)}=${plainText(value, form)})`;
}

/** `%v` with the flags of another verb. */
function plainText(value: unknown, form: Verbs): string {
  if (typeof value === 'boolean') return padded(String(value), form);
  if (typeof value === 'string') return stringVerb(value, 's', form) ?? '';
  if (typeof value === 'number' || value instanceof GoNumber) return numberVerb(value, 'v', form) ?? '';
  return nestedText(value);
}

function stringVerb(value: string, verb: string, form: Verbs): string | undefined {
  const cut = form.precision === undefined ? value : [...value].slice(0, form.precision).join('');
  switch (verb) {
    case 'v':
    case 's':
      return padded(cut, form);
    case 'q': {
      if (form.sharp && !/[`\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(cut)) return padded(`\`${cut}\``, form);
      const quoted = goQuoted(cut);
      const ascii = (char: string) => {
        const code = (char.codePointAt(0) ?? 0).toString(16);
        return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
      };
      return padded(form.plus ? quoted.replace(/[^\x00-\x7f]/gu, ascii) : quoted, form);
    }
    case 'x':
    case 'X':
      return padded(hexText(value, verb, form), form);
    default:
      return undefined;
  }
}

function hexText(value: string, verb: string, form: Verbs): string {
  const bytes = [...Buffer.from(value)].slice(0, form.precision);
  const mark = form.sharp ? `0${verb}` : '';
  const pairs = bytes.map((byte) => byte.toString(16).padStart(2, '0'));
  const upper = verb === 'X' ? pairs.map((pair) => pair.toUpperCase()) : pairs;
  if (upper.length === 0) return '';
  return form.space ? upper.map((pair) => mark + pair).join(' ') : mark + upper.join('');
}

function padded(text: string, { width = 0, minus, zero }: Verbs): string {
  const gap = width - [...text].length;
  if (gap <= 0) return text;
  if (minus) return text + ' '.repeat(gap);
  return (zero ? '0' : ' ').repeat(gap) + text;
}
