const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[\0<>&'"]/g, (char) => HTML[char] ?? char);
}

/** As template.JSEscape: what is special to JavaScript or HTML, control characters, and what does not print. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\x00-\x1f]|[^\x00-\x7f]/gu, (char) => {
    if (char === '\\' || char === "'" || char === '"') return `\\${char}`;
    if (char > '\x7f' && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char;
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** As url.QueryEscape: a blank is a plus. */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}
