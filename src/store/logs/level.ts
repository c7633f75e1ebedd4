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

const levelFields = ['level', 'lvl', 'severity', 'log.level', 'levelname', 'loglevel', 's'] as const;
const logfmtLevel = /(?:^|\s)(?:level|lvl|severity|log\.level|levelname|loglevel)="?(\w+)/;

/**
 * The level that a line says, as data or as text; undefined where it says none. What `structuredLine` finds, without
 * the rest: every line of fifty thousand a second is asked.
 */
export function levelOfLine(raw: string): LogLevel | undefined {
  const text = raw.includes('\u001b') ? raw.replace(colours, '') : raw;
  if (text.startsWith('{')) {
    const root = readObject(text);
    const field = root && levelFields.find((name) => root[name] !== undefined && root[name] !== null);
    const given = field && root[field];
    if (given) return typeof given === 'number' ? levelOfNumber(given) : levelNamed(String(given));
    if (root) return undefined;
  }
  const pair = text.includes('=') ? logfmtLevel.exec(text) : null;
  return (pair && levelNamed(pair[1]!)) ?? levelOfText(text);
}

const colours = /\u001b\[[\d;:]*m/g;

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
