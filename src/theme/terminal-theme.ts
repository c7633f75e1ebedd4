import { parseStyle } from './style-words.ts';
import type { ThemeFile } from './theme.ts';
import type { ThemeToken } from './tokens.ts';

/** Text itself stays as the terminal has it. */
const words: Partial<Record<ThemeToken, string>> = {
  'text.muted': 'dim',
  'text.strong': 'bold',
  accent: 'cyan bold',
  'header.label': 'dim',
  'view.title': 'cyan',
  'view.scope': 'magenta',
  'view.filter': 'yellow',
  crumb: 'dim',
  'crumb.active': 'bold',
  border: 'dim',
  'table.header': 'bold',
  'table.sorted': 'cyan bold',
  'row.selected': 'inverse',
  'row.marked': 'magenta bold',
  'row.changed': 'bold',
  'status.ok': 'green',
  'status.progress': 'cyan',
  'status.warn': 'yellow',
  'status.error': 'red',
  'status.done': 'dim',
  key: 'cyan',
  'button.focus': 'inverse bold',
  'yaml.key': 'cyan',
  'yaml.literal': 'magenta',
  'yaml.comment': 'dim',
  'log.source': 'cyan',
  'log.pod.1': 'cyan',
  'log.pod.2': 'green',
  'log.pod.3': 'yellow',
  'log.pod.4': 'magenta',
  'log.pod.5': 'bright-blue',
  'log.pod.6': 'bright-cyan',
  'log.pod.7': 'bright-green',
  'log.pod.8': 'bright-magenta',
  'search.match': 'black on yellow',
};

/**
 * The sixteen colours that every terminal has, in the tones of its own palette: what the command line paints in
 * unless a theme is chosen, because it writes between other programs, on a background that it does not know. It is
 * code, so that a short command reads no file for it.
 */
export const terminalTheme: ThemeFile = {
  name: 'terminal',
  about: "The terminal's own sixteen colours.",
  kind: 'dark',
  styles: Object.fromEntries(Object.entries(words).map(([token, style]) => [token, parseStyle(style)])),
};
