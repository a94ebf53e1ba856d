// The behaviour of each of the twelve tasks. A new task is a row here and one in contract/task-catalog.ts.

import type { TaskId } from '../../contract/task-catalog'
import { imageRetrieval } from './image-retrieval'
import { questionAnswering } from './question-answering'
import { referringExpressions } from './referring-expressions'
import type { Behaviour } from './task'
import { verification } from './verification'

export const BEHAVIOURS: Readonly<Record<TaskId, Behaviour>> = {
  vqa: questionAnswering, gqa: questionAnswering, vgqa: questionAnswering,
  coco: imageRetrieval, flickr30k: imageRetrieval,
  refcoco: referringExpressions, 'refcoco+': referringExpressions, refcocog: referringExpressions,
  visual7w: referringExpressions, guesswhat: referringExpressions,
  nlvr2: verification, 'snli-ve': verification
}
