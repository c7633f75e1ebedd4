import type { ContextSettings } from '../settings/dashboard-settings.ts';
import type { Theme } from '../theme/theme.ts';
import type { DashboardServices } from './services.ts';
import type { ReadFiles } from './settings/preferences.ts';
import type { Overlay } from './state/overlays.ts';
import type { PromptState } from './state/prompts.ts';
import type { Workspace } from './state/workspace.ts';
import type { ViewModel } from './views/view-model.ts';

/** What the screen is drawn from. */
export interface DashboardSnapshot {
  workspace: Workspace;
  /** The views of the pane with the focus. */
  stack: readonly ViewModel[];
  theme: Theme;
  prompt: PromptState | undefined;
  overlay: Overlay | undefined;
  columns: number;
  rows: number;
  header: boolean;
  /** The trail of views, over the last line. */
  crumbs: boolean;
}

/** What a dashboard is opened with, and what it asks of the place that it is shown in. */
export interface DashboardOptions {
  services: DashboardServices;
  theme: Theme;
  columns: number;
  rows: number;
  themeNames: readonly string[];
  loadTheme(name: string): Theme;
  /** Opens with all namespaces in place of the one that the context names. */
  allNamespaces?: boolean;
  onQuit(): void;
  /** Reads what the user has set for a context. Default: nothing is set. */
  readFiles?: ReadFiles;
  /** Takes up what is set for the context that is seen now. @returns its theme; undefined: the one that there is */
  dress?(settings: ContextSettings): Theme | undefined;
  /** Gives the terminal to somebody else while `work` runs. Default: just runs it. */
  lendTerminal?<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Writes beside the screen. Default: nowhere. */
  writeTerminal?(sequence: string): void;
}
