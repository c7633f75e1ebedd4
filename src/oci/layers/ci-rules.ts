import { KctlError } from '../../lib/errors.ts';
import type { Efficiency } from './efficiency.ts';

/** Limits by the names that dive gives them; `disabled` turns a rule off. */
export type RuleValues = Readonly<Record<RuleName, string>>;
export type RuleName = 'lowestEfficiency' | 'highestWastedBytes' | 'highestUserWastedPercent';

/** What dive 0.13 goes by where nothing is said. */
export const defaultRules: RuleValues = {
  lowestEfficiency: '0.9',
  highestWastedBytes: 'disabled',
  highestUserWastedPercent: '0.1',
};

export interface RuleResult {
  rule: RuleName;
  verdict: 'pass' | 'fail' | 'skip';
  /** Why it is no pass; '' for one. */
  reason: string;
}

interface Rule {
  read(value: string): number | undefined;
  /** What values it takes. */
  takes: string;
  fails(found: Efficiency, limit: number): string | undefined;
}

const share = (value: string): number | undefined => {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return number >= 0 && number <= 1 ? number : undefined;
};

const rules: Readonly<Record<RuleName, Rule>> = {
  highestUserWastedPercent: {
    read: share,
    takes: 'a number from 0 to 1',
    fails: ({ userWastedShare: found }, limit) =>
      found > limit ? `${found} of the bytes above the lowest layer are wasted, more than ${limit}` : undefined,
  },
  highestWastedBytes: {
    read: bytes,
    takes: 'bytes such as 20MB or 1GiB',
    fails: ({ wastedBytes: found }, limit) =>
      found > limit ? `${found} bytes are wasted, more than ${limit}` : undefined,
  },
  lowestEfficiency: {
    read: share,
    takes: 'a number from 0 to 1',
    fails: ({ score: found }, limit) => (found < limit ? `the efficiency is ${found}, below ${limit}` : undefined),
  },
};

export const ruleNames = Object.keys(rules) as RuleName[];

/**
 * Judges by every rule, in order of their names.
 * @throws KctlError `usage` for a limit that is none
 */
export function judgeImage(found: Efficiency, values: RuleValues): RuleResult[] {
  const limits = ruleNames.map((rule) => limitOf(rule, values[rule]));
  return ruleNames.map((rule, index) => {
    const limit = limits[index];
    if (limit === undefined) return { rule, verdict: 'skip', reason: 'rule disabled' };
    const reason = rules[rule].fails(found, limit);
    return { rule, verdict: reason === undefined ? 'pass' : 'fail', reason: reason ?? '' };
  });
}

function limitOf(rule: RuleName, value: string): number | undefined {
  if (value === 'disabled') return undefined;
  const limit = rules[rule].read(value);
  if (limit !== undefined) return limit;
  throw new KctlError('usage', `${rule} must be ${rules[rule].takes} or "disabled", not ${JSON.stringify(value)}`);
}

const units = ['', 'k', 'm', 'g', 't', 'p', 'e'];

/** `20MB`, `1.5 GiB`, `1000`: units of a thousand, those with an i of 1024. */
function bytes(value: string): number | undefined {
  const [, digits, unit, binary] = /^(\d+(?:\.\d+)?)\s*([kmgtpe]?)(i?)b?$/i.exec(value.trim()) ?? [];
  if (digits === undefined || (binary && !unit)) return undefined;
  return Math.floor(Number(digits) * (binary ? 1024 : 1000) ** units.indexOf(unit!.toLowerCase()));
}
