// Reads how many tests passed and failed from the reports of Vitest and Playwright.

import { readJson } from '../setup/places.mjs'

/** A check that counts as one test. */
export function one(passed) {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 }
}

/**
 * @param {string} report Vitest's JSON report
 * @param {number} status Vitest's exit status
 */
export function countVitest(report, status) {
  const result = readJson(report)
  if (!result) return one(false)
  // A file that fails to load has no tests to count: it counts as one failure.
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length
  return honest(
    {
      passed: result.numPassedTests,
      failed: result.numFailedTests + brokenFiles,
      skipped: result.numPendingTests + result.numTodoTests,
    },
    status,
  )
}

/**
 * @param {string} report Playwright's JSON report
 * @param {number} status Playwright's exit status
 */
export function countPlaywright(report, status) {
  const stats = readJson(report)?.stats
  if (!stats) return one(false)
  return honest({ passed: stats.expected + stats.flaky, failed: stats.unexpected, skipped: stats.skipped }, status)
}

/** A runner that ends badly, or ran nothing, has failed even if no single test says so. */
function honest(counts, status) {
  const bad = status !== 0 || counts.passed + counts.failed + counts.skipped === 0
  return bad && counts.failed === 0 ? { ...counts, failed: 1 } : counts
}
