/** Colours as `#rrggbb`; undefined is the screen's own. */
export interface RunStyle {
  fg?: string;
  bg?: string;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

export interface Run {
  text: string;
  style: RunStyle;
}

/** The 16 colours that a theme leaves to the terminal, as xterm.js shows them. */
const palette = [
  ...['#2e3436', '#cc0000', '#4e9a06', '#c4a000', '#3465a4', '#75507b', '#06989a', '#d3d7cf'],
  ...['#555753', '#ef2929', '#8ae234', '#fce94f', '#729fcf', '#ad7fa8', '#34e2e2', '#eeeeec'],
];

const sgr = /\u001b\[([0-9;]*)m/g;

/** Without what styles it. */
export function plainLine(line: string): string {
  return line.replace(sgr, '');
}

const attributes: Readonly<Record<number, keyof RunStyle>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
};

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** What a sequence of SGR parameters, as themes write them, makes of a style. */
function styled(style: RunStyle, parameters: readonly number[]): RunStyle {
  let next = { ...style };
  for (let at = 0; at < parameters.length; at++) {
    const code = parameters[at]!;
    const layer = code === 38 ? 'fg' : code === 48 ? 'bg' : undefined;
    if (code === 0) next = {};
    else if (attributes[code]) next = { ...next, [attributes[code]]: true };
    else if (layer && parameters[at + 1] === 2) {
      next[layer] = hex(parameters.slice(at + 2, at + 5));
      at += 4;
    } else if (layer) at += 2;
    else if (code >= 30 && code <= 37) next.fg = palette[code - 30]!;
    else if (code >= 90 && code <= 97) next.fg = palette[code - 82]!;
    else if (code >= 40 && code <= 47) next.bg = palette[code - 40]!;
    else if (code >= 100 && code <= 107) next.bg = palette[code - 92]!;
  }
  return next;
}

/** A painted line as pieces of one look each. Only SGR sequences may stand in it, as views write them. */
export function sgrRuns(line: string): Run[] {
  const runs: Run[] = [];
  let style: RunStyle = {};
  let from = 0;
  const take = (to: number) => {
    if (to > from) runs.push({ text: line.slice(from, to), style });
  };
  for (const match of line.matchAll(sgr)) {
    take(match.index);
    style = styled(style, match[1] === '' ? [0] : match[1]!.split(';').map(Number));
    from = match.index + match[0].length;
  }
  take(line.length);
  return runs;
}
