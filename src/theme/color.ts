/** How many colours the terminal shows: none (attributes only), the 16 of ANSI, the 256 of xterm, or 24 bit. */
export type ColorDepth = 'none' | '16' | '256' | 'truecolor';

/** A colour as a theme names it: an ANSI index (0–15, so the terminal's own palette is used) or sRGB (0–255 each). */
export type Color = { kind: 'ansi'; index: number } | { kind: 'rgb'; r: number; g: number; b: number };

const ansiNames = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** xterm's default values of the 16 ANSI colours, for contrast. */
const ansiPalette: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

/** `#rgb`, `#rrggbb`, `red`, `bright-red` or `gray`; undefined when it is none of these. */
export function parseColor(text: string): Color | undefined {
  const word = text.trim().toLowerCase();
  const hex = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/.exec(word);
  if (hex) {
    const digits = hex[2] ?? [...hex[1]!].map((digit) => digit + digit).join('');
    const value = Number.parseInt(digits, 16);
    return { kind: 'rgb', r: value >> 16, g: (value >> 8) & 255, b: value & 255 };
  }
  if (word === 'gray' || word === 'grey') return { kind: 'ansi', index: 8 };
  const bright = word.startsWith('bright-');
  const index = ansiNames.indexOf(bright ? word.slice(7) : word);
  return index < 0 ? undefined : { kind: 'ansi', index: bright ? index + 8 : index };
}

/**
 * The SGR parameters that select `color` on `layer` at `depth`; '' where the depth has no colours.
 * @param on what it is written on: of sixteen colours, those that cannot be read there are not used
 */
export function colorParameters(color: Color, depth: ColorDepth, layer: 'fg' | 'bg', on?: Color): string {
  const shown = shownColor(color, depth, on);
  if (shown === undefined) return '';
  if (shown.kind === 'ansi') return ansiParameters(shown.index, layer);
  const extended = layer === 'fg' ? 38 : 48;
  return depth === 'truecolor'
    ? `${extended};2;${shown.r};${shown.g};${shown.b}`
    : `${extended};5;${nearest256(shown.r, shown.g, shown.b)}`;
}

/** What a terminal of `depth` makes of `color`; undefined where it shows none. */
export function shownColor(color: Color, depth: ColorDepth, on?: Color): Color | undefined {
  if (depth === 'none') return undefined;
  if (color.kind === 'ansi' || depth === 'truecolor') return color;
  if (depth === '256') return color256(nearest256(color.r, color.g, color.b));
  const paper = on && shownColor(on, depth);
  const tones = nearestAnsi(color.r, color.g, color.b);
  // The same hue in its other strength, before no hue at all.
  const candidates = paper ? [tones, (tones + 8) % 16, 15, 0] : [tones];
  return candidates
    .map((index): Color => ({ kind: 'ansi', index }))
    .find((candidate) => !paper || contrast(candidate, paper) >= readableAnsi);
}

/** Of sixteen colours nobody knows the exact tones: what is readable in xterm's is hoped to be elsewhere. */
const readableAnsi = 3;

function color256(index: number): Color {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return { kind: 'rgb', r: grey, g: grey, b: grey };
  }
  const cube = index - 16;
  const level = (step: number) => cubeLevels[step]!;
  return { kind: 'rgb', r: level(Math.floor(cube / 36)), g: level(Math.floor(cube / 6) % 6), b: level(cube % 6) };
}

function ansiParameters(index: number, layer: 'fg' | 'bg'): string {
  const base = layer === 'fg' ? 30 : 40;
  return String(index < 8 ? base + index : base + 60 + index - 8);
}

const cubeLevels = [0, 95, 135, 175, 215, 255];

function nearestLevel(value: number): number {
  let best = 0;
  for (let index = 1; index < cubeLevels.length; index++) {
    if (Math.abs(cubeLevels[index]! - value) < Math.abs(cubeLevels[best]! - value)) best = index;
  }
  return best;
}

/** The nearer of the 6×6×6 cube and the 24 greys (xterm's 256 colour table). */
function nearest256(r: number, g: number, b: number): number {
  const [lr, lg, lb] = [nearestLevel(r), nearestLevel(g), nearestLevel(b)];
  const cube = distance(r, g, b, cubeLevels[lr]!, cubeLevels[lg]!, cubeLevels[lb]!);
  const step = Math.max(0, Math.min(23, Math.round(((r + g + b) / 3 - 8) / 10)));
  const grey = 8 + step * 10;
  return distance(r, g, b, grey, grey, grey) < cube ? 232 + step : 16 + 36 * lr + 6 * lg + lb;
}

/** Channels nearer to each other than this are a grey with a tint. */
const tint = 40;

/** By hue, so that a pale red stays red: the channels above the middle of the range, bright where they are strong. */
function nearestAnsi(r: number, g: number, b: number): number {
  const high = Math.max(r, g, b);
  const low = Math.min(r, g, b);
  if (high - low < tint) return [0, 8, 7, 15][Math.min(3, Math.floor(high / 64))]!;
  const middle = (high + low) / 2;
  const hue = (r > middle ? 1 : 0) + (g > middle ? 2 : 0) + (b > middle ? 4 : 0);
  return high > 180 ? hue + 8 : hue;
}

function distance(r: number, g: number, b: number, r2: number, g2: number, b2: number): number {
  return 2 * (r - r2) ** 2 + 4 * (g - g2) ** 2 + 3 * (b - b2) ** 2;
}

/** WCAG 2.2 relative luminance of an sRGB colour, 0 (black) to 1 (white). */
function luminance(color: Color): number {
  const [r, g, b] = color.kind === 'rgb' ? [color.r, color.g, color.b] : ansiPalette[color.index]!;
  const linear = (value: number) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
}

/** WCAG 2.2 contrast ratio, 1 to 21; 4.5 is the minimum for text (success criterion 1.4.3). */
export function contrast(a: Color, b: Color): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}
