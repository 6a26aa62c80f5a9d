// Reads files as npm does, with npm's own ini: a JSON string a line in, the settings as JSON a line out.
const { execFileSync } = require('node:child_process')
const path = require('node:path')
const readline = require('node:readline')

const modules = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim()
const ini = require(path.join(modules, 'npm', 'node_modules', 'ini'))

readline.createInterface({ input: process.stdin }).on('line', line => {
  let answer = null
  try {
    answer = ini.parse(JSON.parse(line))
  } catch {
    // npm does not start with such a file.
  }
  console.log(JSON.stringify(answer))
})
