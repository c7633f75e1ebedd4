import type { ColorDepth } from './color.ts';

const depthByForce: Record<string, ColorDepth> = {
  '0': 'none',
  false: 'none',
  '1': '16',
  '2': '256',
  '3': 'truecolor',
};

/**
 * How many colours to use, from the environment. FORCE_COLOR (0–3, bare = 16) wins over NO_COLOR
 * (https://no-color.org: any non-empty value), then TERM=dumb, COLORTERM and TERM decide.
 */
export function colorDepth(env: Record<string, string | undefined>, isTerminal: boolean): ColorDepth {
  const forced = env.FORCE_COLOR;
  if (forced !== undefined && forced !== '') return depthByForce[forced.toLowerCase()] ?? '16';
  if (env.NO_COLOR) return 'none';
  const term = (env.TERM ?? '').toLowerCase();
  if (!isTerminal || term === 'dumb') return 'none';
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '')) return 'truecolor';
  if (env.WT_SESSION || /-direct$|kitty|ghostty|alacritty|wezterm/.test(term)) return 'truecolor';
  if (/256/.test(term)) return '256';
  // Windows consoles of supported Node versions understand 256 colours and set no TERM.
  if (!term) return env.OS === 'Windows_NT' ? '256' : '16';
  return /^(vt100|vt102|vt220|linux-m)/.test(term) ? 'none' : '16';
}
