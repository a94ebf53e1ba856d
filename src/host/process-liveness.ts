// Is the process that owns a run still there, and how much memory does it have? The lock file names it.
// Read next: ../lock/folder-lock.ts.

import { readFileSync } from 'node:fs'
import { OTHER_HOST_MS, holderOf } from '../lock/folder-lock'

/** A process of another machine is known by its heartbeat, a local one is asked directly. */
export const PATIENCE = { sameHostMs: Number.POSITIVE_INFINITY, otherHostMs: OTHER_HOST_MS } as const

export type Owner = { readonly kind: 'none' } | { readonly kind: 'alive' | 'gone'; readonly processId: number; readonly local: boolean }

/** Who owns the run folder now. */
export function ownerOf(folder: string): Owner {
  const holder = holderOf(folder, PATIENCE)
  return holder ? { kind: holder.alive ? 'alive' : 'gone', processId: holder.processId, local: holder.local } : { kind: 'none' }
}

/** Resident memory of a local process in bytes; 0 where it cannot be told. */
export function residentBytes(processId: number): number {
  try {
    return Number(readFileSync(`/proc/${processId}/statm`, 'utf8').split(' ')[1]) * 4096
  } catch {
    return 0
  }
}
