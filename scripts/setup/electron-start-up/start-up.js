// Lets an Electron binary without its default app start a folder, as `electron <folder>` does:
// loads the modules named with -r or --require, then the main file of the first other argument.

const { app } = require('electron')
const path = require('path')

const required = []
let folder
const args = process.argv.slice(1)
for (let index = 0; index < args.length; index += 1) {
  const argument = args[index]
  if (argument === '-r' || argument === '--require') required.push(args[(index += 1)])
  else if (argument.startsWith('--require=')) required.push(argument.slice('--require='.length))
  else if (!argument.startsWith('-') && folder === undefined) folder = path.resolve(argument)
}

for (const name of required) require(path.isAbsolute(name) ? name : path.resolve(name))

if (folder === undefined) {
  process.stderr.write('Electron was started without a folder to run.\n')
  app.exit(2)
} else {
  const description = require(path.join(folder, 'package.json'))
  app.setName(description.productName || description.name)
  app.setVersion(description.version || '0.0.0')
  app.setAppPath(folder)
  require(path.resolve(folder, description.main || 'index.js'))
}
