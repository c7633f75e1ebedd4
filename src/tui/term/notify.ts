import { escapeTerminal } from '../../lib/escape.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How somebody who looks elsewhere is told: by the bell alone, or by the bell and the desktop. */
export type NotificationKind = 'bell' | 'osc9' | 'osc777' | 'off';

const title = 'kctl';
/** Desktops show a line or two. */
const longest = 200;
const bell = '\u0007';

/**
 * What this terminal is likely to know. VTE (GNOME Terminal, Tilix) and rxvt have OSC 777, most others OSC 9; both
 * are ignored where they are not known, apart from consoles, which print them.
 */
export function notificationKindOf(env: Environment): NotificationKind {
  if (!env.TERM || /^(?:dumb|linux|vt\d*)$/.test(env.TERM)) return 'bell';
  return env.VTE_VERSION || /^rxvt/.test(env.TERM) ? 'osc777' : 'osc9';
}

/**
 * The sequence that tells `text` to somebody who looks elsewhere: the bell, and the desktop's notification (OSC 9 of
 * iTerm2, OSC 777 of rxvt-unicode). tmux passes it on where its `allow-passthrough` is on. `text` may be a cluster's.
 */
export function notificationSequence(text: string, env: Environment, kind = notificationKindOf(env)): string {
  if (kind === 'off') return '';
  if (kind === 'bell') return bell;
  const plain = [...escapeTerminal(text)].slice(0, longest).join('');
  // A number first would be one of ConEmu's commands (9;4 is a progress bar), and semicolons part rxvt's fields.
  const command = kind === 'osc9' ? `9;${title}: ${plain}` : `777;notify;${title};${plain.replaceAll(';', ',')}`;
  const sequence = `\u001b]${command}${bell}`;
  const passed = env.TMUX ? `\u001bPtmux;${sequence.replaceAll('\u001b', '\u001b\u001b')}\u001b\\` : sequence;
  return bell + passed;
}

/** What can be told by: the dashboard, or a part of it. */
export interface Notifier {
  writeTerminal(sequence: string): void;
  toast(kind: 'info' | 'error', text: string): void;
  readonly services: { readonly env: Environment };
  readonly userFiles: { readonly settings: { readonly notify?: NotificationKind } };
}

/** Tells `text`, which may be a cluster's, on the screen and, as the user has set it (`notify`), beyond it. */
export function notify(host: Notifier, text: string, kind: 'info' | 'error' = 'info'): void {
  host.toast(kind, text);
  host.writeTerminal(notificationSequence(text, host.services.env, host.userFiles.settings.notify));
}
