/**
 * One key press. `id` names it the same way on every terminal: modifiers in the order ctrl, alt,
 * shift, then the key: `a`, `shift-a`, `ctrl-d`, `alt-x`, `shift-tab`, `f5`, `pageup`, `space`.
 * A printable character that is no letter is its own name (`?`, `/`, `한`).
 */
export interface KeyEvent {
  type: 'key';
  id: string;
  /** What the key types into an input; absent for keys that type nothing. */
  text?: string;
}

/** Text pasted between the brackets of mode 2004; never run as keys. */
interface PasteEvent {
  type: 'paste';
  text: string;
}

/** SGR mouse report (mode 1006); `x` and `y` count from 0. */
export interface MouseEvent {
  type: 'mouse';
  action: 'press' | 'release' | 'move' | 'wheel-up' | 'wheel-down';
  button: 'left' | 'middle' | 'right' | 'none';
  x: number;
  y: number;
  ctrl: boolean;
  alt: boolean;
  shift: boolean;
}

/** The terminal window got or lost the focus (mode 1004). */
interface FocusEvent {
  type: 'focus';
  focused: boolean;
}

export type InputEvent = KeyEvent | PasteEvent | MouseEvent | FocusEvent;
