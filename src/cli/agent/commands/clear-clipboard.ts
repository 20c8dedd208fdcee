import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { clearLater, type ClearingOrder } from '../clipboard/clear-later.ts'

/** The process that `get --copy` leaves behind. Not for people, and not in the help. */
export const clearClipboardCommand = buildCommand<object, [], CliContext>({
  async func(this: CliContext) {
    const order = JSON.parse((await this.readStdin()).toString()) as ClearingOrder
    await clearLater(order, this.env)
  },
  parameters: {},
  docs: { brief: 'Clear a copied code later' },
})
