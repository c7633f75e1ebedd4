import { korean } from './ko.ts';

/** Languages of the interface. What comes from a cluster, and words of Kubernetes itself, stay as they are. */
export type Language = 'en' | 'ko';

const tables: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en: {}, ko: korean };

let language: Language = 'en';

/** The language of everything that is drawn from now on. */
export function speak(next: Language): void {
  language = next;
}

export function spokenLanguage(): Language {
  return language;
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
