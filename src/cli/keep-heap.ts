import { setFlagsFromString } from 'node:v8';

/** The longest wait that V8's flag takes: almost 25 days after the first collection of all. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Has V8 leave the process' heap as large as its load has made it. V8 would shrink it after 8 s without much to do, and then let it grow in small
 * steps only: every few megabytes of buffers cost a whole collection, and calls of 10 kB take four times the CPU, for good. `node
 * --no-memory-reducer` does the same, but V8 reads that flag only while it starts. To be called before the program loads what it is made of: the
 * wait that the first collection begins is not changed by it any more.
 */
export function keepHeap(): void {
  setFlagsFromString(`--gc-memory-reducer-start-delay-ms=${LONGEST_MS}`);
}
