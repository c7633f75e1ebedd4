// The program for `__complete`, which shells call at every TAB. From source it is the whole program; its bundle
// (scripts/build.mjs) knows commands and flags as data, so that no verb is loaded to say what it takes.
import { runProcess } from './process.ts';

void runProcess();
