// How many pools the C library keeps memory in. Batches are made on one thread and given back on another; with a pool a
// thread, memory then wanders between pools and creeps up over a long run. One pool keeps it flat and is no slower
// (docs/benchmarks.md, "Memory over 20,000 steps"). Read once, when a process starts: the command line has it in its first
// line (bin/twelve-in-one.cjs) and in `npm run cli`, processes that we start get it here.

type Environment = Readonly<Record<string, string | undefined>>

/** What a user has set stays. */
export function memoryArenas(env: Environment): { readonly MALLOC_ARENA_MAX: string } {
  return { MALLOC_ARENA_MAX: env['MALLOC_ARENA_MAX'] ?? '1' }
}
