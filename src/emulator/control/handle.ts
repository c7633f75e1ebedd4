import type { ApiClient, Lister } from '../client.ts';
import type { ComponentSwitch } from '../component-switch.ts';
import type { SnapshotWorld } from '../snapshots/world.ts';
import type { TimeControl } from './time-control.ts';

/** What the routes of `/kctl/v1/` steer. */
export interface ControlHandle {
  /** The API as an administrator uses it. */
  world: { client: ApiClient; lister: Lister };
  components: ComponentSwitch;
  /** Undefined where the program that started the cluster moves its clock. */
  time: TimeControl | undefined;
  /** Undefined where nothing is kept on disk. */
  snapshots: SnapshotWorld | undefined;
}
