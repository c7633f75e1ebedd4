/**
 * True when `pattern` covers all of `text`; `*` stands for any characters, `?` for one. Takes no longer than the
 * product of both lengths, whatever the pattern.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0;
  let read = 0;
  let star = -1;
  let starRead = 0;
  while (read < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      starRead = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      read = ++starRead;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
