/** Final bytes of `CSI … X` and `SS3 X` that are keys of their own (xterm ctlseqs, "PC-Style Function Keys"). */
export const finalKeys: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'clear',
  F: 'end',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
  Z: 'shift-tab',
};

/** First parameter of `CSI n ~` (VT220 and its heirs, rxvt's home and end among them). */
export const tildeKeys: Readonly<Record<number, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** The Linux console's `CSI [ A` to `CSI [ E`. */
export const linuxFunctionKeys: Readonly<Record<string, string>> = { A: 'f1', B: 'f2', C: 'f3', D: 'f4', E: 'f5' };

/** What `SS3 X` means in the keypad's application mode, beyond `finalKeys`. */
export const keypadKeys: Readonly<Record<string, string>> = {
  M: 'enter',
  j: '*',
  k: '+',
  l: ',',
  m: '-',
  n: '.',
  o: '/',
  p: '0',
  q: '1',
  r: '2',
  s: '3',
  t: '4',
  u: '5',
  v: '6',
  w: '7',
  x: '8',
  y: '9',
};

/** Control characters that have a name of their own; the other ones are `ctrl-` and a letter. */
export const controlKeys: Readonly<Record<number, string>> = {
  0: 'ctrl-space',
  8: 'backspace',
  9: 'tab',
  10: 'enter',
  13: 'enter',
  27: 'esc',
  28: 'ctrl-\\',
  29: 'ctrl-]',
  30: 'ctrl-^',
  31: 'ctrl-_',
  127: 'backspace',
};

/** Code points that kitty's `CSI code ; modifiers u` and xterm's modifyOtherKeys name by number. */
export const namedCodePoints: Readonly<Record<number, string>> = {
  8: 'backspace',
  9: 'tab',
  13: 'enter',
  27: 'esc',
  32: 'space',
  127: 'backspace',
};
