// Checks used everywhere: exhaustive switches, and the one error class for failures that a user can mend.
// Everything else that throws is a bug. Read next: run-config.ts, which collects many problems instead of throwing.

/**
 * A failure that is expected to happen (bad input, missing file, full disk): it is shown as one message
 * that says what happened, where, the value, what is allowed and what to do. The command line exits with 2.
 */
export class WorkbenchError extends Error {
  override readonly name = 'WorkbenchError'
  /** `input`: the call or a file is wrong (exit status 2). `work`: the work itself failed (exit status 1). */
  readonly fault: 'input' | 'work'

  constructor(message: string, fault: 'input' | 'work' = 'input') {
    super(message)
    this.fault = fault
  }
}

/** Throws a WorkbenchError with the given message unless the condition holds. */
export function check(condition: unknown, message: () => string): asserts condition {
  if (!condition) throw new WorkbenchError(message())
}

/** Closes a switch over a union: a new member becomes a type error here. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`)
}

/** The element at the index; a missing one is a bug in the caller. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  const value = list[index]
  if (value === undefined) throw new RangeError(`Index ${index} is outside a list of ${list.length}`)
  return value
}

/** Known names nearest to a mistyped one (edit distance), for error messages. */
export function nearestNames(name: string, known: readonly string[], count = 3): string[] {
  const distance = (a: string, b: string): number => {
    let row = Array.from({ length: b.length + 1 }, (_, i) => i)
    for (let i = 1; i <= a.length; i++) {
      const next = [i]
      for (let j = 1; j <= b.length; j++) {
        const substitution = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
        next.push(Math.min(substitution, at(row, j) + 1, at(next, j - 1) + 1))
      }
      row = next
    }
    return at(row, b.length)
  }
  return [...known].sort((a, b) => distance(name, a) - distance(name, b)).slice(0, count)
}
