import { KctlError } from './errors.ts';

export interface FieldRequirement {
  field: string;
  operator: '=' | '!=';
  value: string;
}

/**
 * `status.phase!=Running,metadata.name=x`. A backslash escapes `,`, `=` and itself in values
 * (apimachinery fields.ParseSelector).
 * @throws KctlError `input` with the server's wording
 */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => parseTerm(term, text));
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, whole: string): FieldRequirement {
  const match = /^([^=!]*)(!=|==|=)(.*)$/s.exec(term);
  if (!match) throw new KctlError('input', `invalid selector: '${whole}'; can't understand '${term}'`);
  const [, field = '', operator, value = ''] = match;
  return { field: field.trim(), operator: operator === '!=' ? '!=' : '=', value: unescapeValue(value) };
}

function unescapeValue(value: string): string {
  let result = '';
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? '';
    if (char === '\\') {
      const next = value[++at] ?? '';
      if (!'\\,='.includes(next) || next === '') {
        throw new KctlError('input', `invalid field selector: invalid escape sequence in value: ${value}`);
      }
      result += next;
    } else if (char === ',' || char === '=') {
      throw new KctlError('input', `invalid field selector: unescaped character in value: ${value}`);
    } else result += char;
  }
  return result;
}
