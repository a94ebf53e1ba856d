// A study's cost and durations in words. Read next: study-command.ts.

import type { StudyCost } from '../contract/study'

export function costText({ done, steps, seconds, basis }: StudyCost, runs: number): string {
  const time = seconds === null ? 'time unknown' : `about ${durationText(seconds)} one after another`
  return `${runs} runs (each counted once), ${done} of them done; ${steps} training steps to go, ${time}: ${basis}.`
}

export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
