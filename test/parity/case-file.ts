import { readFileSync } from 'node:fs';

/** Command lines that belong together: they run one after the other in a namespace of their own. */
export interface ParityCase {
  name: string;
  /** Manifests of fixtures/ that are there before the first line. */
  fixtures: readonly string[];
  /** Lines for bash, in which $K is the tool under test, $F the folder of fixtures and $NS the namespace. */
  lines: readonly string[];
}

/**
 * Reads a case file: a case starts with `=== name`; each following line is one command line.
 * `# fixture: a.yaml b.yaml` under the name puts manifests in place first; other lines that start with
 * `#` are comments.
 * @throws Error where two cases have one name, or lines stand before the first
 */
export function readCases(path: string): readonly ParityCase[] {
  const cases = new Map<string, { name: string; fixtures: string[]; lines: string[] }>();
  let current: { name: string; fixtures: string[]; lines: string[] } | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const name = /^=== (.+)$/.exec(line)?.[1]?.trim();
    if (name !== undefined) {
      if (cases.has(name)) throw new Error(`${path}: two cases are called "${name}"`);
      current = { name, fixtures: [], lines: [] };
      cases.set(name, current);
      continue;
    }
    const fixtures = /^# fixture:(.*)$/.exec(line)?.[1];
    if (line.trim() === '' || (line.startsWith('#') && fixtures === undefined)) continue;
    if (!current) throw new Error(`${path}: "${line}" stands before the first case`);
    if (fixtures !== undefined) current.fixtures.push(...fixtures.trim().split(/\s+/));
    else current.lines.push(line);
  }
  return [...cases.values()];
}
