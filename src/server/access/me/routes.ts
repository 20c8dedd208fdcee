import * as api from '../../../api/index.ts'
import type { Router } from '../../http/router.ts'
import { changeMe, type MeParts, showMe } from './me.ts'
import * as factors from './factors.ts'

/** What is one's own: who I am, my passphrase, code and recovery codes. */
export function meRoutes({ route }: Router, parts: MeParts): void {
  const { context } = parts
  route(api.readMe, ({ actor, request }) => showMe(parts, actor, request.consoleToken))
  route(api.updateMe, async ({ actor, body, request }) => {
    await changeMe(context, actor, body)
    return showMe(parts, actor, request.consoleToken)
  })
  route(api.reproof, async ({ actor, body }) => ({
    authenticatedAtMs: await factors.reprove(context, actor, body),
  }))
  route(api.changePassphrase, ({ actor, body }) => factors.changePassphrase(context, actor, body))
  route(api.beginCode, ({ actor }) => factors.beginCode(context, actor))
  route(api.confirmCode, ({ actor, body }) => factors.confirmCode(context, actor, body.code))
  route(api.newRecoveryCodes, async ({ actor }) => ({
    recoveryCodes: await factors.renewRecoveryCodes(context, actor),
  }))
}
