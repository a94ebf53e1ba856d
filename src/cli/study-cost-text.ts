// A study's cost and durations in words. Read next: study-command.ts.

import type { StudyCost } from '../contract/study'

export function costText({ runs, done, perhaps, steps, stepsAtMost, seconds, secondsAtMost, basis }: StudyCost): string {
  const more = perhaps === 0 ? '' : ` and up to ${perhaps} longer ones where longer training still pays`
  const range = (least: string, most: string): string => (least === most ? least : `${least} to ${most}`)
  const time = seconds === null || secondsAtMost === null ? 'time unknown' : `about ${range(durationText(seconds), durationText(secondsAtMost))} one after another`
  return `${runs} runs (each counted once), ${done} of them done${more}; ${range(steps.toLocaleString('en-US'), stepsAtMost.toLocaleString('en-US'))} training steps to go, ${time}: ${basis}.`
}

export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
