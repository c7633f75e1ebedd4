// The program for command lines that begin with `cluster`. Its bundle (scripts/build.mjs) is one file with
// the emulator in it: a cluster runs for days, and must not miss a part of itself after an upgrade.
import { runProcess } from './process.ts';

void runProcess();
