import type { ApiRequest } from '../cluster.ts';

/** Path and query below the server's own path. */
export function requestPath(base: URL, request: { path: string; query?: ApiRequest['query'] }): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) {
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(one))}`);
    }
  }
  const joint = request.path.includes('?') ? '&' : '?';
  return `${base.pathname.replace(/\/$/, '')}${request.path}${parts.length > 0 ? joint + parts.join('&') : ''}`;
}
