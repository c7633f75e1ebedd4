const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/;
const UNSAFE_ALL = new RegExp(UNSAFE.source, 'g');
/** Without line feeds and tabs: asked about each of them, long texts would take twice as long. */
const UNSAFE_IN_LINES =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '^[' };

/**
 * Text of a cluster made safe for one line of a terminal: every C0 and C1 control character and every
 * bidirectional override becomes visible, so that no escape sequence survives, and so does every space that
 * has no width, so that two names that look the same are the same. ESC is shown as `^[`, as kubectl does.
 */
export function escapeTerminal(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, visible) : text;
}

/** The same for text of many lines: line feeds and tabs stay. */
export function escapeTerminalLines(text: string): string {
  return text.replace(UNSAFE_IN_LINES, visible);
}

function visible(char: string): string {
  const code = char.charCodeAt(0);
  return (
    NAMED[char] ??
    (code > 0xff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\x${code.toString(16).padStart(2, '0')}`)
  );
}
