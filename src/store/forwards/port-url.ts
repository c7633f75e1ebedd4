const TLS_PORTS = new Set([443, 6443, 8443, 9443]);
/** Well-known servers that no browser can talk to. */
const PLAIN_PORTS = new Set([3306, 5432, 5672, 6379, 9092, 11211, 26257, 27017, 53, 25, 22]);
const PLAIN_NAMES = /^(tcp|grpc|redis|postgres|mysql|amqp|mongo|kafka|ssh)/;

/** `http://localhost:8080`, or `localhost:5432` where the port is no web server's. */
export function localUrl(
  local: number,
  { remote, name }: { remote: number; name: string },
  host: string = 'localhost',
): string {
  const shown = host.includes(':') ? `[${host}]` : host;
  if (PLAIN_PORTS.has(remote) || PLAIN_NAMES.test(name)) return `${shown}:${local}`;
  const isTls = TLS_PORTS.has(remote) || name.startsWith('https');
  const standard = isTls ? 443 : 80;
  return `${isTls ? 'https' : 'http'}://${shown}${local === standard ? '' : `:${local}`}`;
}
