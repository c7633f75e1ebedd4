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
  /** Warnings end the build. */
  isError: boolean;
}

/**
 * `skip=JSONArgsRecommended,StageNameCasing;error=true;experimental=all`
 * @throws KctlError `input`
 */
export function checkSettings(text: string | undefined): CheckSettings {
  const values = new Map<string, string>();
  for (const part of (text ?? '').split(';').filter((one) => one.trim() !== '')) {
    const [name = '', value] = part.split('=', 2).map((one) => one.trim());
    if (value === undefined || !['skip', 'error', 'experimental'].includes(name)) {
      throw new KctlError('input', `invalid check option ${JSON.stringify(part.trim())}`, {
        hint: 'There are: skip=RULE,RULE or skip=all, error=true, experimental=all.',
      });
    }
    values.set(name, value);
  }
  const error = values.get('error')?.toLowerCase();
  if (error !== undefined && error !== 'true' && error !== 'false') {
    throw new KctlError('input', `failed to parse check option "error=${error}": it is true or false`);
  }
  const names = (key: string) => new Set((values.get(key) ?? '').split(',').map((one) => one.trim()));
  const [skipped, experimental] = [names('skip'), names('experimental')];
  return {
    isError: error === 'true',
    skips: (name) => {
      const { isExperimental }: Rule = rules[name];
      if (isExperimental) return !(experimental.has('all') || experimental.has(name));
      return skipped.has('all') || skipped.has(name);
    },
  };
}

/** Gathers what is found; each once, in the order of lines. */
export class Warnings {
  readonly settings: CheckSettings;
  readonly #found = new Map<string, BuildWarning>();

  constructor(settings: CheckSettings) {
    this.settings = settings;
  }

  add(rule: RuleName, range: SourceRange, message: string): void {
    if (this.settings.skips(rule)) return;
    this.#found.set(`${rule} ${range.first} ${message}`, { rule, message, range });
  }

  list(): BuildWarning[] {
    return [...this.#found.values()].sort((a, b) => a.range.first - b.range.first);
  }
}
