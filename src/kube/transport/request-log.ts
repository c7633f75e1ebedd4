import type { Writable } from 'node:stream';

/** Never shown in a log, whatever the level. */
const masked = /^(authorization|proxy-authorization|cookie|set-cookie)$/i;

/** Bodies at level 8 are cut here, as kubectl cuts them; 9 shows more, 10 everything. */
const bodyLimits: Record<number, number> = { 8: 1024, 9: 10_240 };

/** Headers that Go adds below its log. */
const silent = /^(host|accept-encoding|content-length|transfer-encoding)$/i;

type Headers = Record<string, string | string[] | number | undefined>;

export interface RequestLog {
  readonly level: number;
  begin(method: string, url: string, headers: Headers, body: string | undefined): void;
  end(method: string, url: string, status: string, headers: Headers, milliseconds: number): void;
  body(text: string): void;
}

/** The lines kubectl 1.32 prints to stderr: `-v=6` one per request, 7 and 8 with headers and bodies, 9 as curl. */
export function createRequestLog(level: number, output: Writable, now: () => Date = () => new Date()): RequestLog {
  const say = (source: string, text: string) => output.write(klogLine(source, text, now()));
  const headerLines = (line: number, headers: Headers) => {
    for (const [name, value] of Object.entries(headers)) {
      if (value === undefined || silent.test(name)) continue;
      for (const one of Array.isArray(value) ? value : [value]) {
        say(`round_trippers.go:${line}`, `    ${canonical(name)}: ${shown(name, String(one))}`);
      }
    }
  };
  const bodyLine = (title: string, text: string) => {
    const limit = bodyLimits[level] ?? Number.POSITIVE_INFINITY;
    const cut = text.length > limit ? `${text.slice(0, limit)} [truncated ${text.length - limit} chars]` : text;
    say('helper.go:113', `"${title}" body=${logged(cut)}`);
  };
  return {
    level,
    begin(method, url, headers, body) {
      if (level >= 8) bodyLine('Request Body', body ?? '');
      if (level === 7 || level === 8) {
        say('round_trippers.go:470', `${method} ${url}`);
        say('round_trippers.go:476', 'Request Headers:');
        headerLines(480, headers);
      }
      if (level >= 9) {
        const list = Object.entries(headers)
          .filter(([name, value]) => value !== undefined && !silent.test(name))
          .map(([name, value]) => ` -H "${canonical(name)}: ${shown(name, String(value))}"`)
          .join('');
        say('round_trippers.go:473', `curl -v -X${method} ${list} '${url}'`);
      }
    },
    end(method, url, status, headers, milliseconds) {
      const took = `${status} in ${Math.round(milliseconds)} milliseconds`;
      if (level === 6 || level >= 9) say('round_trippers.go:560', `${method} ${url} ${took}`);
      else say('round_trippers.go:581', `Response Status: ${took}`);
      if (level >= 8) {
        say('round_trippers.go:584', 'Response Headers:');
        headerLines(587, headers);
      }
    },
    body(text) {
      if (level >= 8) bodyLine('Response Body', text);
    },
  };
}

function shown(name: string, value: string): string {
  if (!masked.test(name)) return value;
  const scheme = /^(Bearer|Basic|Negotiate) /i.exec(value)?.[1];
  return scheme ? `${scheme} <masked>` : '<masked>';
}

/** A value as klog writes it: what has several lines is shown as it is, a tab in front of each. */
function logged(value: string): string {
  if (!value.includes('\n')) return JSON.stringify(value);
  const lines = value.replace(/\n$/, '').split('\n');
  return `<\n${lines.map((line) => `\t${line}\n`).join('')} >`;
}

/** One line of Go's log, with the place in kubectl that says so. */
export function klogLine(source: string, text: string, now = new Date()): string {
  return `${prefix(now)} ${source}] ${text}\n`;
}

/** `user-agent` → `User-Agent`. */
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

/** klog's head: severity, month and day, local time to the microsecond, process id. */
function prefix(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const micros = String(date.getMilliseconds() * 1000).padStart(6, '0');
  return `I${two(date.getMonth() + 1)}${two(date.getDate())} ${time}.${micros} ${String(process.pid).padStart(7)}`;
}
