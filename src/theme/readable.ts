import { type Color, contrast, parseColor } from './color.ts';

/** WCAG 2.2, success criterion 1.4.3. */
const readableContrast = 4.5;

/** `#rrggbb` */
export function hexOf(color: Extract<Color, { kind: 'rgb' }>): string {
  return `#${[color.r, color.g, color.b].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * `color`, made lighter or darker by as little as it takes to be read on every one of `papers`. Its hue stays:
 * it is mixed with white or black, whichever leads there sooner.
 */
export function readableOn(color: Color, papers: readonly Color[]): Color {
  const holds = (candidate: Color) => papers.every((paper) => contrast(candidate, paper) >= readableContrast);
  if (color.kind === 'ansi' || holds(color)) return color;
  const steps = 50;
  for (let step = 1; step <= steps; step++) {
    for (const end of [255, 0]) {
      const mixed = (part: number) => Math.round(part + ((end - part) * step) / steps);
      const candidate: Color = { kind: 'rgb', r: mixed(color.r), g: mixed(color.g), b: mixed(color.b) };
      if (holds(candidate)) return candidate;
    }
  }
  return color;
}

/** Papers that a theme of this kind is read on: terminals have plain backgrounds and tinted ones. */
export function papersOf(kind: 'dark' | 'light'): readonly Color[] {
  const names = kind === 'dark' ? ['#000000', '#282c34'] : ['#ffffff', '#f4f0e6'];
  return names.map((name) => parseColor(name)!);
}
