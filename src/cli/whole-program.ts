// The program with every verb, split at each dynamic import.
import { runProcess } from './process.ts';

void runProcess();
