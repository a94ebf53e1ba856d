// What each request of the window may carry; everything is checked where it arrives, whoever sends it.

import * as v from 'valibot'
import { CONFIG_KEYS } from '../contract/run-config'
import { RUN_COMMANDS } from '../contract/run-commands'
import { TASK_IDS } from '../contract/task-catalog'
import type { RequestName } from '../contract/workbench-api'

const id = v.pipe(v.string(), v.regex(/^[\w.+-]{1,200}$/, 'a run id'))
const empty = v.object({})
const scalar = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])

export const REQUEST_SCHEMAS = {
  'app:info': empty,
  'runs:list': empty,
  'run:open': v.object({ id, maxSteps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(1_000_000))) }),
  'run:follow': v.object({ id: v.nullable(id) }),
  'run:create': v.object({
    preset: v.pipe(v.string(), v.maxLength(100)),
    difference: v.record(v.picklist(CONFIG_KEYS), scalar)
  }),
  'run:start': v.object({ id }),
  'run:command': v.object({ id, command: v.picklist(RUN_COMMANDS) }),
  'run:rename': v.object({ id, name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)) }),
  'run:delete': v.object({ id }),
  'run:restore': v.object({ id }),
  'demo:start': empty,
  'samples:read': v.object({ id, task: v.picklist(TASK_IDS) }),
  'app:close': v.object({ choice: v.picklist(['pause', 'keep', 'stop', 'cancel']) })
} satisfies Record<RequestName, v.GenericSchema>
