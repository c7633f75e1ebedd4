import type { SourceState } from '../../api/source.ts';
import type { Theme } from '../../theme/theme.ts';
import type { InputEvent } from '../term/key.ts';
import type { ObjectRef, View } from './view.ts';

/** Pieces of the title line: `pods(default)[12/40] </web>`. */
export interface ViewTitle {
  kind: string;
  scope: string;
  count: string;
  filter: string;
  /** What the view is doing or how it is set: `follow · wrap`. */
  notes: readonly string[];
}

/** Moves that every view understands in its own way. */
export type Move = 'up' | 'down' | 'top' | 'bottom' | 'page-up' | 'page-down' | 'left' | 'right';

/**
 * A view with its live data. It outlives the widgets that draw it: going back shows the view as it
 * was left. Drawing is `lines`, which is cheap when nothing has changed.
 */
export interface ViewModel {
  readonly view: View;
  readonly subscribe: (listener: () => void) => () => void;
  /** Another number whenever `lines` or `title` may answer differently. */
  readonly getSnapshot: () => number;
  title(): ViewTitle;
  /** At most `height` lines, styled, each at most `width` cells wide. */
  lines(width: number, height: number, theme: Theme): readonly string[];
  /**
   * What is told to who hears the view instead of seeing it, where its lines are a picture: a sentence each, and which
   * of them the cursor stands on. Absent: the lines are read out.
   */
  spoken?(): { lines: readonly string[]; at: number };
  /** How fresh the data is; undefined where nothing is live. */
  connection(): SourceState | undefined;
  /** The object that actions work on. */
  target(): ObjectRef | undefined;
  move(move: Move, steps?: number): void;
  /** Everything that actions on many objects work on: what is marked, else the one under the cursor. Absent: only `target`. */
  targets?(): ObjectRef[];
  /** Why nothing harmful may be done at this moment; undefined where it may. */
  disarmed?(): string | undefined;
  /** Takes the mark off what is done; what could not be done stays marked. */
  unmark?(refs: readonly ObjectRef[]): void;
  /** A click on a line of the body, and on which column of it. */
  click?(line: number, column: number): void;
  /** Sees keys and pastes before actions do. @returns true where it has used one, as a view that is typed in does */
  handle?(event: InputEvent): boolean;
  /** Where the terminal's own cursor belongs in the body, while something is typed there. */
  cursor?(): { x: number; y: number } | undefined;
  filter(): string;
  /** What may be typed there and what it means, where that is not what tables take. */
  filterHints?(): readonly (readonly [example: string, meaning: string])[];
  setFilter(text: string): void;
  refresh(): void;
  /** Shows what it showed at `at` (ms since 1970), as far as it was watched; undefined is now. Absent: it is not live. */
  travel?(at: number | undefined): void;
  /** Stops everything that runs for this view. */
  close(): void;
}
