import { parseDocument } from 'yaml';

/** Keys that a YAML (or JSON) document gives more than once, as go-yaml tells of them: `line 3: key "a" already set in map`. */
export function repeatedKeys(text: string): string[] {
  const { errors } = parseDocument(text, { uniqueKeys: true });
  return errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map(({ pos, linePos }) => {
      const [, quoted, plain] = /^(?:["'](.*?)["']|([^\s:{}[\],]+))/.exec(text.slice(pos[0])) ?? [];
      return `line ${linePos?.[0].line ?? 1}: key ${JSON.stringify(quoted ?? plain ?? '')} already set in map`;
    });
}
