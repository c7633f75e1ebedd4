import { BuildFailure } from './build-failure.ts';
import type { LastBuild } from './cache/last-build.ts';
import type { BaseImage } from './plan/base-image.ts';
import type { PlannedStage } from './plan/operations.ts';
import { baseLayers } from './steps/assemble-image.ts';
import type { BuildRoom, StageState } from './steps/build-room.ts';
import { type BuiltStage, buildStage, filesThrough, stepName } from './steps/build-stage.ts';

/** Builds stages: each once, and those that do not need one another at the same time. */
export class StageBuilds {
  readonly #room: BuildRoom;
  readonly #lastBuild: LastBuild;
  readonly #stop: AbortController;
  readonly #asked: AbortSignal;
  readonly #stages = new Map<PlannedStage, Promise<BuiltStage>>();
  /** By the digest of their manifests. */
  readonly #bases = new Map<string, Promise<StageState>>();

  /**
   * @param stop ends what goes on in the room
   * @param asked says that who builds gave up
   */
  constructor(room: BuildRoom, lastBuild: LastBuild, stop: AbortController, asked: AbortSignal) {
    this.#room = room;
    this.#lastBuild = lastBuild;
    this.#stop = stop;
    this.#asked = asked;
  }

  /**
   * The first failure ends the others; nothing goes on when this is over.
   * @throws BuildFailure; the signal's reason where it was aborted
   */
  async all(stages: readonly PlannedStage[]): Promise<Map<PlannedStage, BuiltStage>> {
    const built = new Map<PlannedStage, BuiltStage>();
    const failures: unknown[] = [];
    const each = async (stage: PlannedStage) => {
      try {
        built.set(stage, await this.one(stage));
      } catch (error) {
        failures.push(error);
        this.#stop.abort();
      }
    };
    await Promise.all(stages.map(each));
    if (failures.length === 0) return built;
    this.#asked.throwIfAborted();
    throw failures[0];
  }

  one(stage: PlannedStage): Promise<BuiltStage> {
    const found = this.#stages.get(stage) ?? this.#build(stage);
    this.#stages.set(stage, found);
    return found;
  }

  async #build(stage: PlannedStage): Promise<BuiltStage> {
    return buildStage(stage, await this.#begin(stage), this.#lastBuild.steps(stage), this.#room);
  }

  async #begin(stage: PlannedStage): Promise<StageState> {
    const { base } = stage;
    const now = this.#room.epoch ?? this.#room.now();
    if (base.kind === 'stage') return this.one(base.stage);
    if (base.kind === 'scratch') {
      return { key: 'scratch', layers: [], created: now, files: filesThrough([], this.#room) };
    }
    const { digest } = base.image.image.target;
    const found = this.#bases.get(digest) ?? this.#hold(stage, base.image, now);
    this.#bases.set(digest, found);
    return found;
  }

  /** An image that stages begin with; shown once. */
  async #hold(stage: PlannedStage, image: BaseImage, now: number): Promise<StageState> {
    const layers = baseLayers(image);
    const held = await Promise.all(layers.map(({ digest }) => this.#room.lease.hold(digest)));
    const vertex = this.#room.progress.begin(stepName(stage, -1));
    const lost = layers[held.indexOf(false)];
    if (lost) {
      const failure = new BuildFailure(`${image.reference} lacks the layer ${lost.digest}`, stage.range);
      vertex.failed(failure.message);
      throw failure;
    }
    vertex.done();
    const created = Date.parse(image.image.config.created ?? '') || now;
    const key = `image ${layers.map(({ diffId }) => diffId).join(' ')}`;
    return { key, layers, created, files: filesThrough(layers, this.#room) };
  }
}
