import semver from 'semver';
import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { type CelValue, Opaque } from '../values.ts';
import { traversal } from './costs.ts';

/** Semantic versions (k8s.io/apiserver, pkg/cel/library/semverlib.go). */
export const versions = new Library();

const TYPE = 'kubernetes.Semver';

class VersionValue extends Opaque {
  readonly typeName = TYPE;
  readonly version: semver.SemVer;
  constructor(version: semver.SemVer) {
    super();
    this.version = version;
  }
  equals(other: CelValue): boolean {
    return other instanceof VersionValue && semver.compare(this.version, other.version) === 0;
  }
}

/** `v1.2` → `1.2.0`: no v, three parts, no zeros in front. */
function normalize(text: string): string {
  const parts = text.replace(/^v/, '').split('.');
  const three = [...parts.slice(0, 2), ...(parts.length > 2 ? [parts.slice(2).join('.')] : [])];
  const clean = three.map((part) => (part.length > 1 ? part.replace(/^0+(?=\d)/, '') : part));
  if (clean.length < 3 && /[-+]/.test(clean.at(-1)!)) return text;
  while (clean.length < 3) clean.push('0');
  return clean.join('.');
}

/** The version, or why it is none, in the words of blang/semver. */
function read(text: string): VersionValue | string {
  if (text === '') return 'Version string empty';
  const found = /^\d/.test(text) ? semver.parse(text) : null;
  if (found && found.raw === text) return new VersionValue(found);
  const parts = text.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const names = ['major', 'minor'];
  for (const [at, name] of names.entries()) {
    const part = parts[at]!;
    if (/[^\d]/.test(part)) return `Invalid character(s) found in ${name} number ${JSON.stringify(part)}`;
    if (part.length > 1 && part.startsWith('0'))
      return `${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${JSON.stringify(part)}`;
  }
  const patch = parts.slice(2).join('.').split(/[-+]/, 1)[0]!;
  if (/[^\d]/.test(patch) || patch === '') return `Invalid character(s) found in patch number ${JSON.stringify(patch)}`;
  if (patch.length > 1 && patch.startsWith('0'))
    return `Patch number must not contain leading zeroes ${JSON.stringify(patch)}`;
  return `Invalid character(s) found in prerelease ${JSON.stringify(text.slice(text.indexOf('-') + 1))}`;
}

const readAs = (text: string, normalized: boolean): VersionValue | string => read(normalized ? normalize(text) : text);

function version(text: string, normalized = false): VersionValue {
  const found = readAs(text, normalized);
  if (typeof found === 'string') throw new CelEvaluationError(found);
  return found;
}

const isVersion = (text: string, normalized = false): boolean => typeof readAs(text, normalized) !== 'string';
const compare = (a: VersionValue, b: VersionValue): number => semver.compare(a.version, b.version);
const two = `${TYPE}, ${TYPE}`;

versions
  .global('semver', 'string', TYPE, version, traversal())
  .global('semver', 'string, bool', TYPE, version, traversal())
  .global('isSemver', 'string', 'bool', isVersion, traversal())
  .global('isSemver', 'string, bool', 'bool', isVersion, traversal())
  .member('isGreaterThan', two, 'bool', (a: VersionValue, b: VersionValue) => compare(a, b) > 0)
  .member('isLessThan', two, 'bool', (a: VersionValue, b: VersionValue) => compare(a, b) < 0)
  .member('compareTo', two, 'int', (a: VersionValue, b: VersionValue) => BigInt(compare(a, b)));
for (const part of ['major', 'minor', 'patch'] as const) {
  versions.member(part, TYPE, 'int', ({ version: { [part]: number } }: VersionValue) => BigInt(number));
}
