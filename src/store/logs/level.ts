/** From what matters least to what matters most. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof logLevels)[number];

const words: Readonly<Record<string, LogLevel>> = {
  trace: 'trace',
  debug: 'debug',
  dbg: 'debug',
  info: 'info',
  information: 'info',
  inf: 'info',
  notice: 'info',
  log: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  panic: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  t: 'trace',
  d: 'debug',
  i: 'info',
  w: 'warn',
  e: 'error',
  f: 'fatal',
};

export const levelNamed = (word: string): LogLevel | undefined => words[word.toLowerCase()];

/** pino and bunyan count in tens. */
export function levelOfNumber(level: number): LogLevel | undefined {
  return level >= 10 && level <= 60 ? logLevels[Math.floor(level / 10) - 1] : undefined;
}

/** What a line of text begins with in klog, glog and their like. */
const klog = /^([IWEF])\d{4} \d\d:/;
/** Without brackets only capitals count: "no error" is not one. */
const capitals = /\b(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|FATAL|CRITICAL|PANIC)\b/;
const marked =
  /[[<(](trace|debug|info|notice|warn|warning|error|err|crit|critical|alert|emerg|fatal)[\]>)]|\blevel=["']?(\w+)/i;
const front = 120;

/** The level that a line of plain text says; undefined where it says none. */
export function levelOfText(text: string): LogLevel | undefined {
  const letter = klog.exec(text);
  if (letter) return levelNamed(letter[1]!);
  const start = text.slice(0, front);
  const match = marked.exec(start) ?? capitals.exec(start);
  return match ? levelNamed(match[1] ?? match[2] ?? '') : undefined;
}

export function isBelow(level: LogLevel, least: LogLevel): boolean {
  return logLevels.indexOf(level) < logLevels.indexOf(least);
}
