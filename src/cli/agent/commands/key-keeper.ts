import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { keepKey, type KeepingOrder } from '../store/key-keeping.ts'

/** The process that `unlock` leaves behind for a passphrase store. Not for people, and not in the help. */
export const keyKeeperCommand = buildCommand<object, [], CliContext>({
  async func(this: CliContext) {
    const order = JSON.parse((await this.readStdin()).toString()) as KeepingOrder
    await keepKey(order, () => this.print('ready'))
    process.exit()
  },
  parameters: {},
  docs: { brief: 'Keep the key of an unlocked store' },
})
