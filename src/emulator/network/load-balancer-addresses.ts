/** Ranges for documentation (RFC 5737): nobody on the real network has these addresses. */
const RANGES = ['203.0.113', '198.51.100', '192.0.2'] as const;

/** Where the cluster's ingress controller is reached from outside: an address that no service gets. */
export const INGRESS_ADDRESS = '203.0.113.254';

const isInRange = (ip: string): boolean => {
  const [, prefix, last] = ip.match(/^(\d+\.\d+\.\d+)\.(\d+)$/) ?? [];
  return (RANGES as readonly string[]).includes(prefix ?? '') && Number(last) >= 1 && Number(last) <= 254;
};

/**
 * The address for a load balancer: the one asked for where it is in the ranges and free, else the first free one.
 * @returns undefined where none is left
 */
export function freeAddress(taken: ReadonlySet<string | undefined>, asked?: string): string | undefined {
  const isFree = (ip: string): boolean => ip !== INGRESS_ADDRESS && !taken.has(ip);
  if (asked && isInRange(asked) && isFree(asked)) return asked;
  for (const prefix of RANGES) {
    for (let last = 1; last <= 254; last++) if (isFree(`${prefix}.${last}`)) return `${prefix}.${last}`;
  }
  return undefined;
}
