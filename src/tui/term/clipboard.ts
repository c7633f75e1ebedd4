/**
 * The sequence that puts `text` on the clipboard of the terminal, which works through ssh too (OSC 52,
 * xterm's control sequences). Terminals that do not know it ignore it.
 */
export function clipboardSequence(text: string): string {
  return `\u001b]52;c;${Buffer.from(text, 'utf8').toString('base64')}\u0007`;
}
