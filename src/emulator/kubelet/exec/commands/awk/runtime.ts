import type { Process } from '../../process/process.ts';
import type { Record } from './record.ts';
import type { Streams } from './streams.ts';
import type { Expression, Place } from './tree.ts';
import type { Value } from './values.ts';

export type AwkArray = Map<string, Value>;

/** What the functions of the language see of a program that runs. */
export interface Runtime {
  readonly process: Process;
  readonly record: Record;
  readonly streams: Streams;
  /** CONVFMT: how numbers become text. */
  readonly format: string;
  value(expression: Expression): Promise<Value>;
  assign(to: Place, value: Value): Promise<void>;
  /** A regular expression, or what is to be one. */
  pattern(expression: Expression | undefined): Promise<string>;
  /** What fields are split at: `" "` is blanks, a regular expression is never that. */
  separator(expression: Expression): Promise<string>;
  get(name: string): string;
  set(name: string, value: Value): void;
  isArray(name: string): boolean;
  array(name: string): AwkArray;
  random(): number;
  /** Answers with the seed before. */
  seed(value: number): number;
  /** ms since the epoch. */
  now(): number;
}
