import type { VolumeContents } from './volumes.ts';

/** What snapshots of a running cluster need of it. */
export interface SnapshotWorld {
  dataDir: string;
  /** Milliseconds since the epoch. */
  wall: () => number;
  /** What claims hold at this moment. */
  volumes: () => Promise<VolumeContents>;
  /**
   * Runs `change` while time stands still and no controller, scheduler or kubelet runs; afterwards they begin anew
   * from what is stored by then.
   * @throws ApiStatusError 409 while time is being moved
   */
  betweenLives<T>(change: () => Promise<T>): Promise<T>;
  /** Within a change: lets time leap to a moment (ms since the epoch) that is ahead; nothing where it cannot. */
  leapTo(at: number): void;
}
