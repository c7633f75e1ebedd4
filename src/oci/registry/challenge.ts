/** What a registry wants to know who is asking (RFC 9110, 11.6.1; distribution's token authentication). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  scheme: string;
  /** Names in lower case: `realm`, `service`, `scope`. */
  parameters: Readonly<Record<string, string>>;
}

const SCHEME = /^\s*,?\s*([A-Za-z][\w-]*)(?=\s|$|,)(?!\s*=)\s*/;
const PARAMETER = /^,?\s*([A-Za-z][\w-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*/;

/** The challenges of a `WWW-Authenticate` header, in its order; what cannot be read ends the list. */
export function parseChallenges(header: string | undefined): Challenge[] {
  const found: Challenge[] = [];
  let rest = header ?? '';
  for (;;) {
    const scheme = SCHEME.exec(rest);
    if (!scheme) return found;
    rest = rest.slice(scheme[0].length);
    const parameters: Record<string, string> = {};
    for (let match = PARAMETER.exec(rest); match; match = PARAMETER.exec(rest)) {
      parameters[match[1]!.toLowerCase()] = match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '';
      rest = rest.slice(match[0].length);
    }
    found.push({ scheme: scheme[1]!.toLowerCase(), parameters });
  }
}
