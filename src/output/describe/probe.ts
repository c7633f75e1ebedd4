export interface Probe {
  exec?: { command?: string[] };
  httpGet?: { scheme?: string; host?: string; port?: number | string; path?: string };
  tcpSocket?: { host?: string; port?: number | string };
  grpc?: { port: number; service?: string };
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
}

/** `http-get http://:8080/healthz delay=3s timeout=1s period=10s #success=1 #failure=3` */
export function probeText(probe: Probe): string {
  const { initialDelaySeconds = 0, timeoutSeconds = 0, periodSeconds = 0 } = probe;
  const { successThreshold = 0, failureThreshold = 0 } = probe;
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  return `${whatIsAsked(probe)} ${times} #success=${successThreshold} #failure=${failureThreshold}`;
}

function whatIsAsked({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet) return `http-get ${urlText(httpGet)}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port ?? 0}`;
  if (grpc) return `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`;
  return 'unknown';
}

/** As Go's net/url writes it: the path percent-encoded, a `/` put before one that has none. */
function urlText({ scheme = '', host = '', port = 0, path = '' }: NonNullable<Probe['httpGet']>): string {
  const address = port === '' ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const start = scheme === '' ? '' : `${scheme.toLowerCase()}:`;
  const authority = address === '' ? (scheme === '' ? '' : '//') : `//${address}`;
  const separator = path !== '' && !path.startsWith('/') && address !== '' ? '/' : '';
  return `${start}${authority}${separator}${escapedPath(path)}`;
}

/** RFC 3986, 3.3, with `/` as it stands: only what may not be in a path, and `!'()*`, is encoded. */
function escapedPath(path: string): string {
  if (path === '*') return path;
  const bytes = Buffer.from(path);
  let text = '';
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    text += /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
