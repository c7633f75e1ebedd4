/**
 * Everything that the dashboard and the command line colour, by meaning. A theme may leave any token out: it then looks like
 * its `inherits`, and in the end like plain text.
 */
export const themeTokens = {
  text: { about: 'ordinary text' },
  'text.muted': { about: 'less important text', inherits: 'text' },
  'text.strong': { about: 'important text', inherits: 'text' },
  accent: { about: 'the program name and other highlights', inherits: 'text.strong' },
  'header.label': { about: 'labels in the header', inherits: 'text.muted' },
  'header.value': { about: 'values in the header', inherits: 'text' },
  'connection.live': { about: 'connection: live', inherits: 'status.ok' },
  'connection.trouble': { about: 'connection: reconnecting or stale', inherits: 'status.warn' },
  'connection.failed': { about: 'connection: failed', inherits: 'status.error' },
  'view.title': { about: 'kind in the title of a view', inherits: 'accent' },
  'view.scope': { about: 'scope in the title of a view', inherits: 'text.strong' },
  'view.count': { about: 'count in the title of a view', inherits: 'text' },
  'view.filter': { about: 'filter in the title of a view', inherits: 'status.progress' },
  crumb: { about: 'earlier views in the trail', inherits: 'text.muted' },
  'crumb.active': { about: 'the current view in the trail', inherits: 'text.strong' },
  border: { about: 'lines and frames', inherits: 'text.muted' },
  'table.header': { about: 'column headings', inherits: 'text.strong' },
  'table.sorted': { about: 'heading of the sorted column', inherits: 'table.header' },
  'row.selected': { about: 'the row under the cursor' },
  'row.marked': { about: 'marked rows', inherits: 'accent' },
  'row.changed': { about: 'cells that have just changed', inherits: 'text.strong' },
  'status.ok': { about: 'healthy', inherits: 'text' },
  'status.progress': { about: 'on its way', inherits: 'text' },
  'status.warn': { about: 'needs a look', inherits: 'text.strong' },
  'status.error': { about: 'broken', inherits: 'text.strong' },
  'status.done': { about: 'finished or at rest', inherits: 'text.muted' },
  'age.fresh': { about: 'the age of what has just come to be', inherits: 'status.progress' },
  'age.old': { about: 'any other age', inherits: 'text.muted' },
  key: { about: 'keys in hints and help', inherits: 'accent' },
  'key.label': { about: 'what a key does', inherits: 'text.muted' },
  'key.disabled': { about: 'keys that cannot be used now', inherits: 'text.muted' },
  prompt: { about: 'the command and filter line', inherits: 'text' },
  'prompt.suggestion': { about: 'what completion would add', inherits: 'text.muted' },
  'dialog.title': { about: 'title of a dialog', inherits: 'text.strong' },
  'dialog.danger': { about: 'warnings in a dialog', inherits: 'status.error' },
  button: { about: 'a button', inherits: 'text' },
  'button.focus': { about: 'the button that enter presses', inherits: 'row.selected' },
  'toast.info': { about: 'a short message', inherits: 'text' },
  'toast.error': { about: 'a short message about a failure', inherits: 'status.error' },
  'yaml.key': { about: 'keys in YAML and describe', inherits: 'accent' },
  'yaml.value': { about: 'values in YAML', inherits: 'text' },
  'yaml.literal': { about: 'numbers, true, false and null in YAML and JSON', inherits: 'yaml.value' },
  'yaml.comment': { about: 'comments and markers in YAML', inherits: 'text.muted' },
  'log.timestamp': { about: 'time of a log line', inherits: 'text.muted' },
  'log.source': { about: 'pod and container of a log line', inherits: 'accent' },
  'log.pod.1': { about: 'a pod among others in logs, 1 of 8', inherits: 'log.source' },
  'log.pod.2': { about: 'a pod among others in logs, 2 of 8', inherits: 'log.source' },
  'log.pod.3': { about: 'a pod among others in logs, 3 of 8', inherits: 'log.source' },
  'log.pod.4': { about: 'a pod among others in logs, 4 of 8', inherits: 'log.source' },
  'log.pod.5': { about: 'a pod among others in logs, 5 of 8', inherits: 'log.source' },
  'log.pod.6': { about: 'a pod among others in logs, 6 of 8', inherits: 'log.source' },
  'log.pod.7': { about: 'a pod among others in logs, 7 of 8', inherits: 'log.source' },
  'log.pod.8': { about: 'a pod among others in logs, 8 of 8', inherits: 'log.source' },
  'log.warn': { about: 'a log line that warns', inherits: 'status.warn' },
  'log.error': { about: 'a log line about an error', inherits: 'status.error' },
  'search.match': { about: 'text that a search found', inherits: 'row.selected' },
  'bar.full': { about: 'the done part of a bar', inherits: 'status.ok' },
  'bar.empty': { about: 'the rest of a bar', inherits: 'text.muted' },
} as const satisfies Record<string, { about: string; inherits?: string }>;

export type ThemeToken = keyof typeof themeTokens;

export const themeTokenNames = Object.keys(themeTokens) as ThemeToken[];

/** The token that `token` looks like where a theme does not say; undefined at the root. */
export function inheritedToken(token: ThemeToken): ThemeToken | undefined {
  return (themeTokens[token] as { inherits?: ThemeToken }).inherits;
}
