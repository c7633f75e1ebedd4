import { formatGoDuration } from '../../../lib/duration.ts';
import { BuildFailure } from '../build-failure.ts';
import type { CommandLine, HealthTest } from '../dockerfile/instruction.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import type { Warnings } from '../lint/warnings.ts';

const defaultShell: readonly string[] = ['/bin/sh', '-c'];
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function argvOf(command: CommandLine, shell: readonly string[] | null | undefined): string[] {
  return command.form === 'exec' ? [...command.words] : [...(shell?.length ? shell : defaultShell), command.line];
}

/** As Go's `%q` prints a list: `["npm" "start"]`; histories have it so. */
export const goList = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(' ')}]`;

const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;

/** Words that say that it is none: a public key, where a key is kept. */
const HARMLESS = /(?:_|^)(?:public|file|version)(?:_|$)/i;

/** A name that says that its value is nobody's business: it would stay in the image. */
export function checkSecret(kind: 'ARG' | 'ENV', name: string, range: SourceRange, warnings: Warnings): void {
  if (!SECRET.test(name) || HARMLESS.test(name)) return;
  const text = `Do not use ARG or ENV instructions for sensitive data (${kind} ${JSON.stringify(name)})`;
  warnings.add('SecretsUsedInArgOrEnv', range, text);
}

/**
 * The ports that `80`, `80/udp`, `8000-8002/tcp` and `127.0.0.1:8080:80` mean.
 * @returns `80/tcp`
 * @throws BuildFailure
 */
export function exposedPorts(text: string, range: SourceRange, warnings: Warnings): string[] {
  const [, mapping = '', first, last, , protocol] = /^(.*:)?(\d+)(?:-(\d+))?(\/([a-zA-Z]*))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (first === undefined || to < from || to > 65_535) {
    throw new BuildFailure(`invalid containerPort: ${text}`, range);
  }
  const proto = (protocol || 'tcp').toLowerCase();
  if (!['tcp', 'udp', 'sctp'].includes(proto)) throw new BuildFailure(`invalid proto: ${protocol}`, range);
  if (mapping !== '') {
    const why = 'EXPOSE instruction should not define an IP address or host-port mapping';
    warnings.add('ExposeInvalidFormat', range, `${why}, found '${text}'`);
  }
  if (protocol && protocol !== proto) {
    warnings.add('ExposeProtoCasing', range, `Defined protocol '${text}' in EXPOSE instruction should be lowercase`);
  }
  return Array.from({ length: to - from + 1 }, (_, index) => `${from + index}/${proto}`);
}

/** As BuildKit's histories have it. */
export function healthText({ Test, Interval, Timeout, StartPeriod, StartInterval, Retries = 0 }: HealthTest): string {
  const times = [Interval, Timeout, StartPeriod, StartInterval].map((ns) => `"${formatGoDuration((ns ?? 0) / 1e6)}"`);
  return `HEALTHCHECK &{${[goList(Test), ...times].join(' ')} '\\x${Retries.toString(16).padStart(2, '0')}'}`;
}

const SIGNAL =
  /^(?:SIG)?(?:HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|RTMIN(?:\+\d+)?|RTMAX(?:-\d+)?)$/i;

/** @throws BuildFailure */
export function checkSignal(text: string, range: SourceRange): void {
  const isNumber = /^\d+$/.test(text) && Number(text) > 0 && Number(text) < 65;
  if (!isNumber && !SIGNAL.test(text)) throw new BuildFailure(`invalid signal: ${text}`, range);
}
