import { readConfig } from '../../src/server/config.ts'
import { rotateDataKeys } from '../../src/server/keys/rotation.ts'
import { openCore } from '../../src/server/open-core.ts'
import { testServices } from './services.ts'

/**
 * A process that rotates the data keys of the store its environment names, and is killed as soon as so many values
 * were looked at: `kill -9` in the middle of sealing anew, wherever the machine's load would have put it.
 */
const [mostValues = '0'] = process.argv.slice(2)
const config = readConfig(process.env)
const clock = { nowMs: () => Date.now() }
const core = await openCore(config, { ...testServices({ clock }), config })
const by = { actorKind: 'operator', actorId: 'operator:test', actorName: 'test' }
await rotateDataKeys(core, {
  by,
  onProgress: (values) => {
    if (values >= Number(mostValues)) process.kill(process.pid, 'SIGKILL')
  },
})
await core.close()
