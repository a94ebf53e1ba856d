// What each request of the window may carry; everything is checked where it arrives, whoever sends it.

import * as v from 'valibot'
import { CONFIG_KEYS } from '../contract/run-config'
import { RUN_COMMANDS } from '../contract/run-commands'
import { STUDY_NAMES } from '../contract/study'
import { TASK_IDS } from '../contract/task-catalog'
import type { RequestName } from '../contract/workbench-api'

const id = v.pipe(v.string(), v.regex(/^[\w.+-]{1,200}$/, 'a run id'))
const empty = v.object({})
const study = v.picklist(STUDY_NAMES)
const jobs = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)))
const seed = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2147483647))
const studyChoice = v.object({ name: study, preset: v.pipe(v.string(), v.regex(/^[\w-]{1,100}$/, 'a preset')), seeds: v.pipe(v.array(seed), v.minLength(1), v.maxLength(100)), full: v.boolean() })
const scalar = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])
const planned = v.object({ preset: v.pipe(v.string(), v.maxLength(100)), difference: v.record(v.picklist(CONFIG_KEYS), scalar) })

export const REQUEST_SCHEMAS = {
  'app:info': empty,
  'app:sideBySide': v.object({ setting: v.union([v.literal('auto'), v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64))]) }),
  'runs:list': empty,
  'run:open': v.object({ id, maxSteps: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000))) }),
  'run:follow': v.object({ id: v.nullable(id) }),
  'run:create': planned,
  'run:measured': planned,
  'run:start': v.object({ id }),
  'run:command': v.object({ id, command: v.picklist(RUN_COMMANDS) }),
  'run:rename': v.object({ id, name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)) }),
  'run:delete': v.object({ id }),
  'run:restore': v.object({ id }),
  'demo:start': empty,
  'samples:read': v.object({ id, task: v.picklist(TASK_IDS) }),
  'masking:read': v.object({
    id, split: v.picklist(['train', 'val']), seed, objective: v.picklist([0, 1, 2]),
    from: v.pipe(v.number(), v.integer(), v.minValue(0)), count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200))
  }),
  'runs:compare': v.object({ a: id, b: id }),
  'runs:flipped': v.object({ a: id, b: id, task: v.picklist(TASK_IDS) }),
  'run:checkpoints': v.object({ id }),
  'run:tokens': v.object({ id, iteration: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))) }),
  'studies:list': empty,
  'study:plan': studyChoice,
  'study:start': v.object({
    name: study, choice: v.nullable(studyChoice), executor: v.optional(v.picklist(['local', 'slurm'])), jobs: v.optional(jobs), retry: v.optional(v.boolean()),
    slurm: v.optional(v.array(v.pipe(v.string(), v.regex(/^\w+=[^\r\n]{0,300}$/, 'key=value')))), only: v.optional(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/, 'a planned run'))))
  }),
  'study:want': v.object({ name: study, wanted: v.picklist(['pause', 'cancel']) }),
  'study:jobs': v.object({ name: study, jobs }),
  'study:status': v.object({ name: study }),
  'study:table': v.object({ name: study, table: v.optional(v.pipe(v.string(), v.maxLength(100))) }),
  'study:conflicts': empty,
  'study:curves': v.object({ name: study, task: v.optional(v.picklist(TASK_IDS)) }),
  'app:close': v.object({ choice: v.picklist(['pause', 'keep', 'stop', 'cancel']) })
} satisfies Record<RequestName, v.GenericSchema>
