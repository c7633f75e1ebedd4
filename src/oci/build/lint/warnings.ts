import { KctlError } from '../../../lib/errors.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import { type Rule, type RuleName, rules } from './rules.ts';

export interface BuildWarning {
  rule: RuleName;
  message: string;
  range: SourceRange;
}

/** What `# check=` and `BUILDKIT_DOCKERFILE_CHECK` say. */
export interface CheckSettings {
  skips(rule: RuleName): boolean;
  /** It is named by `skip`, or all are; also one that is not made unless it is asked for. */
  skipped(rule: RuleName): boolean;
  /** Warnings end the build. */
  isError: boolean;
}

const UNREADABLE = 'failed to parse check options';

/** As Go reads them (strconv.ParseBool). */
const booleans: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false])),
};

/**
 * `skip=JSONArgsRecommended,StageNameCasing;error=true;experimental=all`
 * @throws KctlError `input`
 */
export function checkSettings(text: string | undefined): CheckSettings {
  const values = new Map<string, string>();
  for (const part of (text ?? '').split(';').filter((one) => one.trim() !== '')) {
    const [name = '', value] = part.split('=', 2).map((one) => one.trim());
    if (value === undefined || !['skip', 'error', 'experimental'].includes(name)) {
      throw new KctlError('input', `${UNREADABLE}: invalid check option ${JSON.stringify(part.trim())}`, {
        hint: 'There are: skip=RULE,RULE or skip=all, error=true, experimental=all.',
      });
    }
    if (values.has(name)) throw new KctlError('input', `${UNREADABLE}: duplicate check option ${JSON.stringify(name)}`);
    values.set(name, value);
  }
  const error = values.get('error') ?? 'false';
  if (!Object.hasOwn(booleans, error)) {
    throw new KctlError('input', `${UNREADABLE}: failed to parse check option "error=${error}": it is true or false`);
  }
  const names = (key: string) => new Set((values.get(key) ?? '').split(',').map((one) => one.trim()));
  const [skipped, experimental] = [names('skip'), names('experimental')];
  const isSkipped = (name: RuleName) => skipped.has('all') || skipped.has(name);
  return {
    isError: booleans[error] === true,
    skipped: isSkipped,
    skips: (name) => {
      const { isExperimental }: Rule = rules[name];
      return isExperimental ? !(experimental.has('all') || experimental.has(name)) : isSkipped(name);
    },
  };
}

/** Gathers what is found; each once, in the order of lines. */
export class Warnings {
  readonly settings: CheckSettings;
  readonly #found = new Map<string, BuildWarning>();
  readonly #local: { range: SourceRange; settings: CheckSettings }[] = [];

  constructor(settings: CheckSettings) {
    this.settings = settings;
  }

  /** What a comment above an instruction says of it alone. */
  within(range: SourceRange, settings: CheckSettings): void {
    this.#local.push({ range, settings });
  }

  add(rule: RuleName, range: SourceRange, message: string): void {
    if (this.settings.skips(rule)) return;
    const { first } = range;
    const isHere = (place: SourceRange) => place.first <= first && first <= place.last;
    if (this.#local.some((one) => isHere(one.range) && one.settings.skipped(rule))) return;
    this.#found.set(`${rule} ${range.first} ${message}`, { rule, message, range });
  }

  list(): BuildWarning[] {
    return [...this.#found.values()].sort((a, b) => a.range.first - b.range.first);
  }
}
