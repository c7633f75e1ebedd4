import { korean } from './ko.ts';

/** Languages of the interface. What comes from a cluster, and words of Kubernetes itself, stay as they are. */
export type Language = 'en' | 'ko';

const tables: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: {}, ko: korean };

let language: Language = 'en';

/** The language of everything that is drawn from now on. */
export function speak(next: Language): void {
  language = next;
}

/** `KCTL_LANG`, else what the locale says (`LC_ALL`, `LC_MESSAGES`, `LANG`): Korean where it begins with `ko`. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const name = env.KCTL_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^ko\b|^ko_/i.test(name) ? 'ko' : 'en';
}

/**
 * `text` in the user's language. The English text is the key, so that code reads as what is seen;
 * `{name}` stands for a value. Texts in tables (labels of actions) are written in English and said
 * where they are drawn. A text without a translation is said in English.
 */
export function say(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  const template = tables[language][text] ?? text;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Texts with values in them, as expressions; those with the most words of their own first. */
let patterns: { readonly of: Language; readonly list: readonly { expression: RegExp; template: string }[] } | undefined;
const recognised = new Map<string, string>();
const mostRecognised = 1000;
/** Texts with fewer letters of their own (`{index} of {count}`) are found in what says something else. */
const fewestLetters = 6;
/** A count and its noun (`{count} pods`) is told by its figure; fewer letters than these are a unit. */
const fewestOfNoun = 3;
const countAndNoun = /^\{count\} \p{L}+$/u;

function patternsOf(of: Language): NonNullable<typeof patterns>['list'] {
  if (patterns?.of === of) return patterns.list;
  const own = (text: string) => text.replace(/\{\w+\}|\P{L}/gu, '').length;
  const list = Object.entries(tables[of])
    .filter(([text]) => /\{\w+\}/.test(text) && own(text) >= (countAndNoun.test(text) ? fewestOfNoun : fewestLetters))
    .sort(([a], [b]) => own(b) - own(a))
    .map(([text, template]) => ({ expression: expressionOf(text), template }));
  patterns = { of, list };
  recognised.clear();
  return list;
}

/** Indentation, and the sign of a finding. */
const leadOf = /^\s*(?:[x!✖✓~-] +)?/;

function expressionOf(text: string): RegExp {
  const parts = text.split(/\{(\w+)\}/);
  const source = parts.map((part, index) =>
    index % 2 === 1
      ? `(?<v${part}>${part === 'count' ? '[\\d,.]+' : '[^]+?'})`
      : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`);
}

/**
 * A text that was put together where nobody thinks of languages: the message of an error, the reason of an action.
 * What it says is recognised by its words, each line by itself, behind its indentation and its sign; what is not
 * recognised stays as it is. For messages and questions, not for what is drawn line by line.
 */
export function sayAssembled(text: string): string {
  if (language === 'en' || text === '') return text;
  if (text.includes('\n')) return text.split('\n').map(sayAssembled).join('\n');
  const exact = tables[language][text];
  if (exact !== undefined) return exact;
  const list = patternsOf(language);
  const known = recognised.get(text);
  if (known !== undefined) return known;
  let said = text;
  for (const { expression, template } of list) {
    const values = expression.exec(text)?.groups;
    if (!values) continue;
    said = template.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[`v${name}`] ?? whole;
      // A part of it may be a text itself: `3 pods`.
      return value.includes(' ') ? sayAssembled(value) : value;
    });
    break;
  }
  const [lead = ''] = leadOf.exec(text) ?? [];
  if (said === text && lead !== '') said = lead + sayAssembled(text.slice(lead.length));
  if (recognised.size >= mostRecognised) recognised.clear();
  recognised.set(text, said);
  return said;
}
