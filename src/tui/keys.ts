export interface KeyBinding {
  action: string;
  /** Names as term/key.ts writes them; the first one is shown in hints. */
  keys: readonly string[];
  /** Views where the keys mean this; absent is wherever the action is at home. */
  views?: readonly string[];
}

/** The keys of the dashboard, as k9s users know them. One place: help and hints are made from it. */
export const defaultKeys: readonly KeyBinding[] = [
  { action: 'command', keys: [':'] },
  { action: 'filter', keys: ['/'] },
  { action: 'palette', keys: ['ctrl-p'] },
  { action: 'help', keys: ['?', 'f1'] },
  { action: 'back', keys: ['esc'] },
  { action: 'back-or-quit', keys: ['q'] },
  { action: 'view-before', keys: ['['] },
  { action: 'view-after', keys: [']'] },
  { action: 'view-last', keys: ['-'] },
  { action: 'quit', keys: ['ctrl-c'] },
  { action: 'refresh', keys: ['ctrl-r', 'f5'] },
  { action: 'header', keys: ['ctrl-e'] },
  { action: 'aliases', keys: ['ctrl-a'] },
  { action: 'up', keys: ['up', 'k'] },
  { action: 'down', keys: ['down', 'j'] },
  { action: 'top', keys: ['g', 'home'] },
  { action: 'bottom', keys: ['shift-g', 'end'] },
  { action: 'page-down', keys: ['pagedown', 'ctrl-f'] },
  { action: 'page-up', keys: ['pageup', 'ctrl-b'] },
  { action: 'left', keys: ['left', 'h'] },
  { action: 'right', keys: ['right', 'l'], views: ['document'] },
  { action: 'right', keys: ['right'], views: ['table', 'logs'] },
  { action: 'enter', keys: ['enter'] },
  { action: 'page-enter', keys: ['enter'] },
  { action: 'fold', keys: ['space'] },
  { action: 'fold-all', keys: ['shift-x'] },
  { action: 'right', keys: ['right'], views: ['page'] },
  { action: 'describe', keys: ['d'] },
  { action: 'yaml', keys: ['y'] },
  { action: 'logs', keys: ['l'], views: ['table'] },
  { action: 'logs-previous', keys: ['p'] },
  { action: 'images', keys: ['i'] },
  { action: 'rollout', keys: ['shift-r'] },
  { action: 'delete', keys: ['ctrl-d', 'delete'] },
  { action: 'mark', keys: ['space'] },
  { action: 'clear-marks', keys: ['ctrl-\\'] },
  { action: 'all-namespaces', keys: ['0'], views: ['table'] },
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((key) => ({ action: `namespace-${key}`, keys: [String(key)], views: ['table'] })),
  { action: 'warp', keys: ['w'], views: ['table'] },
  { action: 'faults', keys: ['ctrl-z'] },
  { action: 'wide', keys: ['ctrl-w'] },
  { action: 'sort-name', keys: ['shift-n'], views: ['table'] },
  { action: 'sort-age', keys: ['shift-a'] },
  { action: 'sort-status', keys: ['shift-s'] },
  { action: 'sort-namespace', keys: ['shift-p'] },
  { action: 'sort-next', keys: ['shift-right'] },
  { action: 'sort-previous', keys: ['shift-left'] },
  { action: 'sort-turn', keys: ['shift-o'] },
  { action: 'next-match', keys: ['n'] },
  { action: 'previous-match', keys: ['shift-n'] },
  { action: 'live', keys: ['r'], views: ['document'] },
  { action: 'decode', keys: ['x'] },
  { action: 'field-owners', keys: ['o'], views: ['document'] },
  { action: 'full-screen', keys: ['f'], views: ['document', 'page'] },
  { action: 'copy-text', keys: ['c'], views: ['document', 'page'] },
  { action: 'save-text', keys: ['ctrl-s'], views: ['document', 'page'] },
  { action: 'wrap', keys: ['w'] },
  { action: 'managed-fields', keys: ['m'] },
  { action: 'follow', keys: ['s'] },
  { action: 'timestamps', keys: ['t'] },
  { action: 'next-container', keys: ['tab', 'c'] },
  { action: 'clear-logs', keys: ['shift-c'] },
  { action: 'tab-new', keys: ['alt-t'] },
  { action: 'tab-close', keys: ['alt-w'] },
  { action: 'tab-next', keys: ['alt-n', 'ctrl-pagedown'] },
  { action: 'tab-previous', keys: ['alt-p', 'ctrl-pageup'] },
  { action: 'tab-rename', keys: ['alt-r'] },
  { action: 'pane-right', keys: ['alt-v'] },
  { action: 'pane-below', keys: ['alt-s'] },
  { action: 'pane-close', keys: ['alt-x'] },
  { action: 'pane-next', keys: ['alt-o'] },
  { action: 'pane-zoom', keys: ['alt-z'] },
  { action: 'past-back', keys: ['<'] },
  { action: 'past-forward', keys: ['>'] },
  { action: 'past-live', keys: ['='] },
];

const shown: Readonly<Record<string, string>> = {
  up: '↑',
  down: '↓',
  left: '←',
  right: '→',
  pageup: 'PgUp',
  pagedown: 'PgDn',
  esc: 'Esc',
  enter: 'Enter',
  space: 'Space',
  tab: 'Tab',
  home: 'Home',
  end: 'End',
  delete: 'Del',
};

/** A key as people read it: `Shift-N`, `Ctrl-D`, `↑`, `?`. */
export function keyLabel(id: string): string {
  const parts = /^((?:ctrl-|alt-|shift-)*)(.+)$/.exec(id)!;
  const modifiers = parts[1]!.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  const key = parts[2]!;
  const name = shown[key] ?? (/^f\d+$/.test(key) || (modifiers && key.length === 1) ? key.toUpperCase() : key);
  return modifiers + name;
}
