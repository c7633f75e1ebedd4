// The program for command lines that begin with another verb. Its bundle (scripts/build.mjs) is one file with
// every verb in it; the dashboard and the emulator stay out.
import { runProcess } from './process.ts';

void runProcess();
