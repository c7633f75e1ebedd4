import type { PlannedStage } from '../plan/operations.ts';
import { platformName } from '../plan/platform.ts';
import type { BuildDatabase } from './build-database.ts';
import type { RememberedStep } from './why-missed.ts';

/** What makes a build another one of the same thing. */
interface BuildIdentity {
  /** Of the Dockerfile. */
  identity: string;
  /** Of the context, where its folder says nothing. */
  contextName?: string | undefined;
  context: string | undefined;
}

/** The steps of the build before, stage by stage, so that this one can say what changed. */
export class LastBuild {
  readonly #database: BuildDatabase;
  readonly #build: BuildIdentity;

  constructor(database: BuildDatabase, build: BuildIdentity) {
    this.#database = database;
    this.#build = build;
  }

  steps(stage: PlannedStage): readonly RememberedStep[] {
    const row = this.#database.get<{ steps: string }>('SELECT steps FROM builds WHERE scope = ?', this.#scope(stage));
    return row ? (JSON.parse(row.steps) as RememberedStep[]) : [];
  }

  /** @param at ms */
  remember(built: ReadonlyMap<PlannedStage, { steps: readonly RememberedStep[] }>, at: number): void {
    const sql = 'INSERT OR REPLACE INTO builds VALUES (?, ?, ?)';
    this.#database.step(() => {
      for (const [stage, { steps }] of built) {
        this.#database.run(sql, this.#scope(stage), JSON.stringify(steps), Math.round(at));
      }
    });
  }

  #scope(stage: PlannedStage): string {
    const { identity, contextName, context = '' } = this.#build;
    const platform = stage.showsPlatform ? ` ${platformName(stage.platform)}` : '';
    return `${identity}\n${contextName ?? context}\n${stage.name || stage.index}${platform}`;
  }
}
