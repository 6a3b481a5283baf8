import { setFlagsFromString } from 'node:v8';

/** The longest wait that V8's flag takes: almost 25 days after the first collection of all. */
const LONGEST_MS = 2 ** 31 - 1;
/** From V8's least young generation, 1 MB, to the 16 MB that are Node 20's largest, in one step. */
const GROWTH_FACTOR = 16;

/**
 * Has V8 keep the process' heap as a router wants it, by three flags:
 *
 * - The heap stays as large as its load has made it. V8 would shrink it after 8 s without much to do, and then let it grow in small steps only: every
 *   few megabytes of buffers cost a whole collection, and calls of 10 kB take four times the CPU, for good. `node --no-memory-reducer` does
 *   the same, but V8 reads that flag only while it starts. The wait that the first collection begins is not changed by this one any more, so it has to
 *   come before the program loads what it is made of.
 * - The young generation, once small, grows back in one step. It shrinks at the first collection after a quiet time; under calls that come one
 *   by one it would stay so small that it is collected forty times a second, a tenth of their CPU. `node --min-semi-space-size=16` would not have it
 *   shrink at all, but that, too, V8 reads only while it starts.
 * - The young generation is collected by one thread. Almost nothing survives a message, so the other threads find nothing to do, and to wake them takes
 *   four times as long as the collection.
 */
export function tuneHeap(): void {
  setFlagsFromString(`--gc-memory-reducer-start-delay-ms=${LONGEST_MS}`);
  setFlagsFromString(`--semi-space-growth-factor=${GROWTH_FACTOR}`);
  setFlagsFromString('--no-parallel-scavenge');
}
