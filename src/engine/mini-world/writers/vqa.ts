// VQA v2: questions and annotations of train2014, val2014 and test2015, and the answer labels that VQA shares with
// Visual Genome (data formats 1). The mini-world also annotates the test questions. Read next:
// ../language/balanced-pairs.ts, visual-genome.ts.

import { randomStream } from '../../random'
import { commonAnswer, tenAnswers } from '../language/annotators'
import { answerLabels } from '../language/answers'
import { balancedPairs } from '../language/balanced-pairs'
import { picturesOf } from '../language/facts'
import type { Picture, Split } from '../scene'
import type { Counts } from './sizes'
import type { DataFolder } from './write-files'

const PARTS: readonly (readonly [Split, string])[] = [['train', 'train2014'], ['val', 'val2014'], ['test', 'test2015']]

function header(part: string): Record<string, unknown> {
  return {
    info: { description: 'Questions of the mini-world in the form of VQA v2.0.', url: 'https://mini-world.invalid', version: '2.0', year: 2026, contributor: 'mini-world', date_created: '2026-01-01 00:00:00' },
    data_type: 'mscoco', data_subtype: part,
    license: { url: 'http://creativecommons.org/licenses/by/4.0/', name: 'Creative Commons Attribution 4.0 International License' }
  }
}

interface VqaAnnotation {
  readonly question_type: string
  readonly multiple_choice_answer: string
  readonly answers: ReturnType<typeof tenAnswers>
  readonly image_id: number
  readonly answer_type: string
  readonly question_id: number
}

/** Writes the questions and annotations; returns the most common answers of train and val, for the labels. */
export function writeVqa(out: DataFolder, pictures: readonly Picture[], counts: Counts, seed: number): string[] {
  const common: string[] = []
  for (const [split, part] of PARTS) {
    const stream = randomStream(seed, 'vqa', split)
    const asked = balancedPairs(picturesOf(pictures, 'coco', split), counts[split], stream)
    const perPicture = new Map<number, number>()
    const questions: { image_id: number; question: string; question_id: number }[] = []
    const annotations: VqaAnnotation[] = []
    for (const { picture, question, answer } of asked) {
      const number = perPicture.get(picture.scene.id) ?? 0
      perPicture.set(picture.scene.id, number + 1)
      const ids = { image_id: picture.scene.id, question_id: picture.scene.id * 1000 + number }
      const answers = tenAnswers(answer, stream)
      const multiple_choice_answer = commonAnswer(answers)
      questions.push({ image_id: ids.image_id, question: question.text, question_id: ids.question_id })
      annotations.push({ question_type: question.type, multiple_choice_answer, answers, image_id: ids.image_id, answer_type: question.answerType, question_id: ids.question_id })
      if (split !== 'test') common.push(multiple_choice_answer)
    }
    out.json(`vqa/v2_OpenEnded_mscoco_${part}_questions.json`, { ...header(part), task_type: 'Open-Ended', questions })
    out.json(`vqa/v2_mscoco_${part}_annotations.json`, { ...header(part), annotations })
  }
  return common
}

/** The label files, as JSON: the same for VQA and Visual Genome. */
export function writeAnswerLabels(out: DataFolder, folder: string, answers: readonly string[], least: number): void {
  const { ans2label, label2ans } = answerLabels(answers, least)
  out.json(`${folder}/trainval_ans2label.json`, ans2label)
  out.json(`${folder}/trainval_label2ans.json`, label2ans)
}
