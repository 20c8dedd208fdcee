import * as api from '../../../api/index.ts'
import type { Router } from '../../http/router.ts'
import type { AccessContext } from '../context.ts'
import { answerDevice, pollDevice, readDevice, startDevice } from './device.ts'

/** Sign-in of commands by a short code that a browser confirms. */
export function deviceRoutes({ route }: Router, context: AccessContext): void {
  route(api.deviceStart, ({ body, address, request }) =>
    startDevice(context, { client: body.client, address, origin: context.outside(request).origin }),
  )
  route(api.devicePoll, ({ body, address }) => pollDevice(context, body.deviceCode, address))
  route(api.deviceRead, async ({ actor, params }) => {
    const { clientName, address, createdAtMs } = await readDevice(context, actor, params.userCode)
    return { client: clientName, address, createdAtMs }
  })
  route(api.deviceConfirm, ({ actor, params, body }) => answerDevice(context, actor, params.userCode, body.allow))
}
