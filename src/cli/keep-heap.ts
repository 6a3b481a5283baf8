import { setFlagsFromString } from 'node:v8';

/** The longest wait that V8's flag takes: almost 25 days after the first collection of all. */
const LONGEST_MS = 2 ** 31 - 1;
/** From V8's least young generation, 1 MB, to its largest, 16 MB, in one step. */
const GROWTH_FACTOR = 16;

/**
 * Has V8 leave the process' heap as large as its load has made it. V8 would shrink it after 8 s without much to do, and then let it grow in small
 * steps only: every few megabytes of buffers cost a whole collection, and calls of 10 kB take four times the CPU, for good. `node
 * --no-memory-reducer` does the same, but V8 reads that flag only while it starts. To be called before the program loads what it is made of: the
 * wait that the first collection begins is not changed by it any more.
 *
 * The young generation shrinks all the same, at the first collection after a quiet time; under calls that come one by one it would stay so small that
 * it is collected forty times a second, a tenth of their CPU. It grows back at once when it grows now. `node --min-semi-space-size=16` would
 * not have it shrink at all, but that, too, V8 reads only while it starts.
 */
export function keepHeap(): void {
  setFlagsFromString(`--gc-memory-reducer-start-delay-ms=${LONGEST_MS}`);
  setFlagsFromString(`--semi-space-growth-factor=${GROWTH_FACTOR}`);
}
