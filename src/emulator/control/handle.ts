import type { ComponentSwitch } from '../component-switch.ts';

/** What the routes of `/kctl/v1/` steer. */
export interface ControlHandle {
  components: ComponentSwitch;
}
