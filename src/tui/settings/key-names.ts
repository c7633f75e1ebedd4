const names: ReadonlySet<string> = new Set([
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown', 'insert', 'delete', 'backspace'],
  ...['enter', 'tab', 'esc', 'space'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
]);

/** What people and k9s call keys besides. */
const otherNames: Readonly<Record<string, string>> = {
  escape: 'esc',
  return: 'enter',
  del: 'delete',
  pgup: 'pageup',
  pgdn: 'pagedown',
  pgdown: 'pagedown',
  ins: 'insert',
};

const order = ['ctrl', 'alt', 'shift'] as const;

/** A key as term/key.ts names it, from what somebody wrote: `Shift-A`, `CTRL+d`, `A` (a capital is shift and the letter). */
export function keyNamed(written: string): string | undefined {
  const parts = /^((?:(?:ctrl|control|alt|meta|shift)[-+])*)(.+)$/iu.exec(written.trim());
  if (!parts) return undefined;
  const modifiers = new Set(
    parts[1]!
      .toLowerCase()
      .split(/[-+]/)
      .map((word) => ({ control: 'ctrl', meta: 'alt' })[word] ?? word),
  );
  let key = parts[2]!;
  if (/^[A-Z]$/.test(key) && modifiers.size === 1) modifiers.add('shift');
  key = otherNames[key.toLowerCase()] ?? key.toLowerCase();
  if (key === ' ') key = 'space';
  // A control character has no shift: terminals send the same for both.
  if (!names.has(key) && [...key].length !== 1) return undefined;
  return order.filter((word) => modifiers.has(word)).reduceRight((rest, word) => `${word}-${rest}`, key);
}
