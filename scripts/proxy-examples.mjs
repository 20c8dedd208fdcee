// `node_modules/.bin/node scripts/proxy-examples.mjs`: writes deploy/proxies from what `watchword gate print-config` prints.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proxyExamples } from '../test/support/proxy-examples.ts'
import { root } from './lib.mjs'

for (const [name, content] of Object.entries(proxyExamples())) {
  writeFileSync(join(root, 'deploy', 'proxies', name), content)
}
