// The command line (one contract for terminals, scripts and cluster jobs). Commands load what they need when they run:
// none but training and evaluation loads TensorFlow. Read next: train-command.ts.

import { Command, CommanderError } from 'commander'
import { version } from '../../package.json'
import { addBenchCommand } from './bench-command'
import { addCheckpointCommands } from './checkpoint-command'
import { addDataCommands } from './data-command'
import { addDoctorCommand } from './doctor-command'
import { addEvaluateCommand } from './evaluate-command'
import { addGroundingCommand } from './grounding-command'
import { addParityCommand } from './parity-command'
import { addPredictCommand } from './predict-command'
import { addPresetCommands } from './presets-command'
import { addRunsCommands } from './runs-command'
import { addScheduleCommand } from './schedule-command'
import { addServeCommand } from './serve-command'
import { addStudyCommands } from './study-command'
import { reportFailure } from './terminal'
import { addTrainCommands } from './train-command'

function buildProgram(): Command {
  const program = new Command('twelve-in-one')
  program
    .description('Trains one ViLBERT model on twelve vision-and-language data sets.')
    .version(version)
    .option('--debug', 'show where a failure came from')
    .showSuggestionAfterError()
    .addHelpText('after', '\nExample:\n  twelve-in-one train --preset tiny --run runs/first\n\nEach command has its own --help with an example.')
  addDoctorCommand(program)
  addDataCommands(program)
  addTrainCommands(program)
  addEvaluateCommand(program)
  addGroundingCommand(program)
  addPredictCommand(program)
  addScheduleCommand(program)
  addParityCommand(program)
  addRunsCommands(program)
  addPresetCommands(program)
  addCheckpointCommands(program)
  addServeCommand(program)
  addStudyCommands(program)
  addBenchCommand(program)
  for (const command of everyCommand(program)) {
    command.exitOverride()
    command.configureOutput({ outputError: (text, write) => write(`twelve-in-one: ${text.replace(/^error: /, '')}`) })
  }
  return program
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap((inner) => everyCommand(inner))]
}

async function main(): Promise<number> {
  const debug = process.argv.includes('--debug')
  const words = process.argv.filter((word) => word !== '--debug')
  try {
    await buildProgram().parseAsync(words)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Commander has printed its own message; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportFailure(error, debug)
  }
}

// A reader that went away (`… | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

void main().then((status) => {
  process.exitCode = status
})
