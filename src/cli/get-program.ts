// The program for command lines that begin with `get`. From source it is the whole program; its bundle
// (scripts/build.mjs) knows only that verb, in one file: loading forty small ones costs 10 ms.
import { runProcess } from './process.ts';

void runProcess();
