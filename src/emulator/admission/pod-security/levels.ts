import type { StatusCause } from '../../../api/status.ts';

const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

/** A standard at a version. */
export interface Policy {
  level: Level;
  /** Minor version; Infinity for `latest`. */
  minor: number;
  /** `restricted:latest`, `baseline:v1.24`. */
  text: string;
}

export interface Policies {
  enforce: Policy;
  warn: Policy;
}

type Labels = Readonly<Record<string, string>>;

const PREFIX = 'pod-security.kubernetes.io/';
const MODES = ['enforce', 'audit', 'warn'] as const;

const isLevel = (text: string | undefined): text is Level => LEVELS.includes(text as Level);

function minorOf(version: string): number | undefined {
  if (version === 'latest') return Number.POSITIVE_INFINITY;
  const match = /^v1\.(0|[1-9][0-9]*)$/.exec(version);
  return match ? Number(match[1]) : undefined;
}

/** What a level that nobody knows means: strictness where it counts, nothing where it only warns. */
function policyOf(labels: Labels, mode: 'enforce' | 'warn', fallback: Level): Policy {
  const named = labels[PREFIX + mode];
  const level = named === undefined ? 'privileged' : isLevel(named) ? named : fallback;
  const version = labels[`${PREFIX}${mode}-version`] ?? 'latest';
  const minor = minorOf(version);
  return {
    level,
    minor: minor ?? Number.POSITIVE_INFINITY,
    text: `${level}:${minor === undefined ? 'latest' : version}`,
  };
}

/** The policies that a namespace's labels ask for; who enforces and says nothing of warnings warns of the same. */
export function policiesOf(labels: Labels = {}): Policies {
  const enforce = policyOf(labels, 'enforce', 'restricted');
  const warn = policyOf(labels, 'warn', 'privileged');
  const follows = labels[`${PREFIX}warn`] === undefined && isLevel(labels[`${PREFIX}enforce`]);
  return { enforce, warn: follows ? enforce : warn };
}

/** Labels that name no level or no version. */
export function labelFaults(labels: Labels = {}): StatusCause[] {
  const faults: StatusCause[] = [];
  const fault = (label: string, value: string, why: string) =>
    faults.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
      field: `metadata.labels[${label}]`,
    });
  for (const mode of MODES) {
    const level = labels[PREFIX + mode];
    if (level !== undefined && !isLevel(level)) fault(PREFIX + mode, level, `must be one of ${LEVELS.join(', ')}`);
    const version = labels[`${PREFIX}${mode}-version`];
    if (version !== undefined && minorOf(version) === undefined) {
      fault(`${PREFIX}${mode}-version`, version, 'must be "latest" or "v1.x"');
    }
  }
  return faults;
}

export const strictness = ({ level }: Policy): number => LEVELS.indexOf(level);
