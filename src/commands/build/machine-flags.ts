import { isIP } from 'node:net';
import { KctlError } from '../../lib/errors.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * `64m`, `2g`, `1024`, as docker's sizes (docker/go-units RAMInBytes).
 * @throws KctlError `usage`
 */
export function readSize(flag: string, text: string): number | undefined {
  if (text === '') return undefined;
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (number === '') throw new KctlError('usage', `invalid --${flag} ${JSON.stringify(text)}: it is a size, 64m or 2g`);
  return Math.floor(Number(number) * UNITS[unit.toLowerCase()]!);
}

/**
 * `--add-host db=10.0.0.2`, also with a colon, and `[::1]`.
 * @returns lines for /etc/hosts
 * @throws KctlError `usage`
 */
export function readHosts(texts: readonly string[]): { name: string; address: string }[] {
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => {
      const [, name = '', given = ''] = /^([^=:\s]+)[=:](.+)$/.exec(text) ?? [];
      const address = given.replace(/^\[(.*)\]$/, '$1');
      if (name === '') throw new KctlError('usage', `bad format for add-host: ${JSON.stringify(text)}`);
      if (address === 'host-gateway') {
        // Steps have the network of this machine.
        return { name, address: '127.0.0.1' };
      }
      if (isIP(address) === 0) throw new KctlError('usage', `invalid IP address in add-host: ${JSON.stringify(given)}`);
      return { name, address };
    });
}

/** Limits of processes by docker's names, which prlimit(1) has, too. */
const LIMITS: readonly string[] = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio'],
  ...['rttime', 'sigpending', 'stack'],
];

/**
 * `nofile=1024:2048`; -1 is no limit.
 * @returns as prlimit takes them
 * @throws KctlError `usage`
 */
export function readLimits(texts: readonly string[]): string[] {
  return texts.map((text) => {
    const [, name = '', soft = '', hard = soft] = /^(\w+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
    if (name === '') throw new KctlError('usage', `invalid ulimit argument: ${text}`);
    if (!LIMITS.includes(name)) {
      throw new KctlError('usage', `invalid ulimit type: ${name}`, { hint: `There are: ${LIMITS.join(', ')}` });
    }
    const isUnlimited = (value: string) => Number(value) < 0;
    if (!isUnlimited(hard) && (isUnlimited(soft) || Number(soft) > Number(hard))) {
      throw new KctlError('usage', `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
    }
    const shown = (value: string) => (isUnlimited(value) ? 'unlimited' : value);
    return `${name}=${shown(soft)}:${shown(hard)}`;
  });
}
