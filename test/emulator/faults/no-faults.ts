import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { Faults } from '../../../src/emulator/faults/faults.ts';

/** For servers without a control plane: nothing can be done to what is not there. */
export const noFaults = (): Faults =>
  new Faults({
    clock: new SimulatedClock(0),
    random: () => 0,
    compact: () => {},
    crash: () => 0,
    partition: async () => {},
  });
