export type FailureCode =
  | 'image'
  | 'config'
  | 'crash'
  | 'volume'
  | 'unschedulable'
  | 'quota'
  | 'admission'
  | 'create'
  | 'sandbox'
  | 'probe'
  | 'gate'
  | 'node'
  | 'pod'
  | 'stuck-old'
  | 'deadline';

/** Why a rollout does not, or will not, get on. */
export interface RolloutFailure {
  code: FailureCode;
  /** One sentence in the user's words, with the words of whoever refused. */
  message: string;
  /** True where waiting is of no use: a person has to act. */
  final: boolean;
  /** When it counts as final if it lasts (ms since the epoch); undefined where it is, or never will. */
  finalAt?: number | undefined;
  /** The first pod that has it, and how many have. */
  pod?: string;
  pods?: number;
  container?: string;
  /** The end of the log of the run that crashed. */
  log?: readonly string[];
}

/** What a look at one pod finds; `since` and `patienceMs` make `final` of it. */
export interface Finding {
  code: FailureCode;
  message: string;
  /** ms since the epoch. */
  since: number;
  /** How long it may last (ms): 0 is not worth waiting for, Infinity is only told. */
  patienceMs: number;
  container?: string;
  log?: readonly string[];
}
