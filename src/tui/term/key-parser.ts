import { StringDecoder } from 'node:string_decoder';
import { graphemes } from './graphemes.ts';
import type { InputEvent, KeyEvent, MouseEvent } from './key.ts';
import { controlKeys, finalKeys, keypadKeys, linuxFunctionKeys, namedCodePoints, tildeKeys } from './key-tables.ts';

const esc = '\u001b';
const pasteStart = `${esc}[200~`;
const pasteEnd = `${esc}[201~`;
/** A paste that never ends must not eat memory: beyond this many characters it is delivered in parts. */
const pasteLimit = 1 << 20;

/**
 * Turns the bytes of a terminal into events. Sequences and characters may be cut anywhere between
 * chunks. A lone Esc cannot be told from the start of a sequence: while `waiting` is true, the owner
 * calls `flush` after a short silence.
 */
export class KeyParser {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #paste: string | undefined;

  /** True when input is held back that silence would complete. */
  get waiting(): boolean {
    return this.#rest !== '' && this.#paste === undefined;
  }

  push(chunk: Uint8Array): InputEvent[] {
    return this.#run(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)), false);
  }

  /** Silence: what is held back means what it is (Esc, Alt-[ and the like). */
  flush(): InputEvent[] {
    return this.#run('', true);
  }

  #run(text: string, final: boolean): InputEvent[] {
    let input = this.#rest + text;
    this.#rest = '';
    const events: InputEvent[] = [];
    while (input !== '') {
      if (this.#paste !== undefined) {
        input = this.#takePaste(input, events);
        continue;
      }
      if (input.startsWith(pasteStart)) {
        this.#paste = '';
        input = input.slice(pasteStart.length);
        continue;
      }
      const used = input.startsWith(esc) ? takeEscape(input, final, events) : takeText(input, events);
      if (used === 0) break;
      input = input.slice(used);
    }
    this.#rest = input;
    return events;
  }

  #takePaste(input: string, events: InputEvent[]): string {
    const buffered = this.#paste + input;
    const end = buffered.indexOf(pasteEnd);
    if (end >= 0) {
      this.#paste = undefined;
      events.push({ type: 'paste', text: normalisePaste(buffered.slice(0, end)) });
      return buffered.slice(end + pasteEnd.length);
    }
    if (buffered.length > pasteLimit) {
      events.push({ type: 'paste', text: normalisePaste(buffered.slice(0, -pasteEnd.length)) });
      this.#paste = buffered.slice(-pasteEnd.length);
    } else this.#paste = buffered;
    return '';
  }
}

function normalisePaste(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** Plain characters up to the next Esc; returns how many UTF-16 units were used. */
function takeText(input: string, events: InputEvent[]): number {
  const escapeAt = input.indexOf(esc);
  const plain = escapeAt < 0 ? input : input.slice(0, escapeAt);
  for (const { segment } of graphemes(plain)) {
    // A carriage return and its line feed are one grapheme and one key.
    events.push(keyOf(segment === '\r\n' ? '\r' : segment));
  }
  return plain.length;
}

function keyOf(character: string): KeyEvent {
  const code = character.codePointAt(0)!;
  if (code < 0x20 || code === 0x7f) {
    return { type: 'key', id: controlKeys[code] ?? `ctrl-${String.fromCharCode(code + 0x60)}` };
  }
  if (character === ' ') return { type: 'key', id: 'space', text: ' ' };
  const upper = code >= 0x41 && code <= 0x5a && character.length === 1;
  return { type: 'key', id: upper ? `shift-${character.toLowerCase()}` : character, text: character };
}

/** One escape sequence at the start of `input`; 0 when it is not complete yet. */
function takeEscape(input: string, final: boolean, events: InputEvent[]): number {
  if (input.length === 1) return final ? emit(events, { type: 'key', id: 'esc' }, 1) : 0;
  const second = input[1]!;
  if (second === '[') return takeCsi(input, final, events);
  if (second === 'O') return takeSs3(input, final, events);
  if (second === ']' || second === 'P' || second === '_' || second === '^') return takeString(input, final, events);
  if (second === esc) {
    // Esc Esc: the first one is a key of its own; an Alt-arrow of rxvt (Esc Esc [ A) comes out as Esc and the arrow.
    return emit(events, { type: 'key', id: 'esc' }, 1);
  }
  const [first] = graphemes(input.slice(1));
  const key = keyOf(first!.segment);
  return emit(events, { type: 'key', id: withModifiers(key.id, 2) }, 1 + first!.segment.length);
}

function takeSs3(input: string, final: boolean, events: InputEvent[]): number {
  const match = /^\u001bO([0-9;]*)([A-Za-z])/.exec(input);
  if (!match) {
    if (!final && /^\u001bO[0-9;]*$/.test(input)) return 0;
    return emit(events, { type: 'key', id: 'alt-shift-o' }, 2);
  }
  const [sequence, parameters, last] = match as unknown as [string, string, string];
  const name = finalKeys[last] ?? keypadKeys[last];
  if (!name) return sequence.length;
  const key: KeyEvent = { type: 'key', id: withModifiers(name, modifierBits(Number(parameters.split(';').at(-1)))) };
  if (name.length === 1) key.text = name;
  return emit(events, key, sequence.length);
}

function takeCsi(input: string, final: boolean, events: InputEvent[]): number {
  const linux = /^\u001b\[\[([A-E])/.exec(input);
  if (linux) return emit(events, { type: 'key', id: linuxFunctionKeys[linux[1]!]! }, linux[0].length);
  if (input === `${esc}[[` && !final) return 0;
  const match = /^\u001b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])/.exec(input);
  if (!match) {
    if (input.length === 2) return final ? emit(events, { type: 'key', id: 'alt-[' }, 2) : 0;
    if (!final && input.length < 64 && /^\u001b\[\[?[<=>?]?[0-9;:]*[ -/]*$/.test(input)) return 0;
    // Broken: swallow it, so that its tail is not typed into anything.
    return /^\u001b\[[0-9;:<=>?]*/.exec(input)![0].length;
  }
  const [sequence, marker, parameters, , last] = match as unknown as [string, string, string, string, string];
  if (marker === '<') {
    const mouse = mouseEvent(parameters, last);
    if (mouse) events.push(mouse);
  } else if (marker === '') {
    const event = csiEvent(parameters, last);
    if (event) events.push(event);
  }
  return sequence.length;
}

function csiEvent(parameters: string, last: string): InputEvent | undefined {
  if (parameters === '' && (last === 'I' || last === 'O')) return { type: 'focus', focused: last === 'I' };
  const numbers = parameters.split(';').map((part) => Number.parseInt(part, 10));
  const bits = modifierBits(numbers[1]);
  if (last === '~') {
    if (numbers[0] === 27 && numbers.length >= 3) return codePointKey(numbers[2]!, bits);
    const name = tildeKeys[numbers[0]!];
    return name ? { type: 'key', id: withModifiers(name, bits) } : undefined;
  }
  if (last === 'u') return codePointKey(numbers[0]!, bits);
  // rxvt: CSI a to CSI d are the arrows with shift.
  if (parameters === '' && last >= 'a' && last <= 'd') {
    return { type: 'key', id: `shift-${finalKeys[last.toUpperCase()]}` };
  }
  // A first parameter other than 1 is an answer, such as the cursor's place (`CSI row ; column R`).
  const name = parameters === '' || numbers[0] === 1 ? finalKeys[last] : undefined;
  return name ? { type: 'key', id: withModifiers(name, bits) } : undefined;
}

function codePointKey(code: number, bits: number): KeyEvent | undefined {
  if (!(code >= 0 && code <= 0x10ffff)) return undefined;
  const named = namedCodePoints[code];
  if (named) return { type: 'key', id: withModifiers(named, bits), ...(code === 32 && !bits ? { text: ' ' } : {}) };
  if (code < 32) return undefined;
  const character = String.fromCodePoint(code);
  const key = keyOf(bits & 1 ? character.toUpperCase() : character);
  return bits & 6 ? { type: 'key', id: withModifiers(key.id, bits) } : key;
}

/** xterm encodes modifiers as 1 + (1 shift, 2 alt, 4 ctrl, 8 meta). */
function modifierBits(parameter: number | undefined): number {
  return parameter && parameter > 1 ? (parameter - 1) & 7 : 0;
}

function withModifiers(name: string, bits: number): string {
  const bare = name.replace(/^(ctrl-|shift-)+(?=.)/, '');
  const ctrl = bits & 4 || name.startsWith('ctrl-');
  const shift = bits & 1 || name.startsWith('shift-') || name.includes('-shift-');
  return `${ctrl ? 'ctrl-' : ''}${bits & 2 ? 'alt-' : ''}${shift ? 'shift-' : ''}${bare}`;
}

const mouseButtons = ['left', 'middle', 'right', 'none'] as const;

function mouseEvent(parameters: string, last: string): MouseEvent | undefined {
  const [code, column, row] = parameters.split(';').map(Number);
  if (code === undefined || column === undefined || row === undefined || (last !== 'M' && last !== 'm'))
    return undefined;
  const wheel = (code & 64) !== 0;
  if (wheel && (code & 3) > 1) return undefined;
  return {
    type: 'mouse',
    action: wheel ? (code & 1 ? 'wheel-down' : 'wheel-up') : code & 32 ? 'move' : last === 'm' ? 'release' : 'press',
    button: wheel ? 'none' : mouseButtons[code & 3]!,
    x: column - 1,
    y: row - 1,
    shift: (code & 4) !== 0,
    alt: (code & 8) !== 0,
    ctrl: (code & 16) !== 0,
  };
}

/** OSC, DCS, APC and PM answers of the terminal are swallowed up to BEL or ST. */
function takeString(input: string, final: boolean, events: InputEvent[]): number {
  const match = /^\u001b[\]P_^][^\u0007\u001b]*(?:\u0007|\u001b\\)/.exec(input);
  if (match) return match[0].length;
  if (input.length === 2 && final) return emit(events, { type: 'key', id: `alt-${input[1]}` }, 2);
  if (!final && input.length < 4096) return 0;
  return input.length;
}

function emit(events: InputEvent[], event: InputEvent, used: number): number {
  events.push(event);
  return used;
}
