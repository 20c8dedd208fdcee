import { bootstrap } from '../../server/compat/ungleichotp/bootstrap.ts'
import { doorParts } from '../../server/door-parts.ts'
import type { CliContext } from '../context.ts'
import { withRoomsToFill } from './store-rooms.ts'
import type { BootstrapFlags } from './ungleichotp.ts'

/** Makes the first entry of the ungleichotp door and shows its seed. */
export async function bootstrapUngleichotp(this: CliContext, flags: BootstrapFlags): Promise<void> {
  const { name, realm, seed, force } = flags
  const wish = { name, force, ...(realm === undefined ? {} : { realm }), ...(seed === undefined ? {} : { seed }) }
  const { entry, isShort } = await withRoomsToFill(this, flags, (rooms) => bootstrap(doorParts(rooms), this.env, wish))
  if (flags.json) this.printJson(entry)
  else for (const [field, value] of Object.entries(entry)) this.print(`${field}\t${value}`)
  this.say('keep the seed safe: every entry of ungleich-admin can read it again through the door (`service list`)')
  if (isShort) this.say('the seed is shorter than 128 bits; a longer one is harder to guess')
}
