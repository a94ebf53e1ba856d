// Peak memory of a piece of work. On Linux the kernel's high-water mark can be set back, so a second peak can be told from
// the first; elsewhere the mark only rises and a lower second peak is not seen.

import { readFileSync, writeFileSync } from 'node:fs'

export interface PeakMemory {
  /** Highest resident memory since the last `mark`, in bytes. */
  peakBytes(): number
}

/** Sets the high-water mark back to what is resident now. */
export function mark(): PeakMemory {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return { peakBytes: highWater }
  } catch {
    return { peakBytes: () => process.resourceUsage().maxRSS * 1024 }
  }
}

function highWater(): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
