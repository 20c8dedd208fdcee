import { buildCommand } from '@stricli/core'
import { formatOtpauthUri } from '../../../otp/otpauth-uri.ts'
import type { CliContext } from '../../context.ts'
import { confirm } from '../confirm.ts'
import { findAccount } from '../find-account.ts'
import { writePrivateFile } from '../private-file.ts'
import { accountPositional, type AgentFlags, jsonFlag, storeFlags, switchFlag, textFlag } from '../store-flags.ts'
import { withoutOwnName } from '../store/lines.ts'
import { openStore } from '../store/store.ts'

interface QrFlags extends AgentFlags {
  readonly png?: string
  readonly svg?: string
  readonly yes: boolean
}

/** `watchword qr NAME`: the account as a QR code for another authenticator. */
export const qrCommand = buildCommand<QrFlags, [string?], CliContext>({
  func: qr,
  parameters: {
    flags: {
      png: textFlag('Write a PNG image instead', 'file'),
      svg: textFlag('Write an SVG image instead', 'file'),
      yes: switchFlag('Do not ask before showing the secret'),
      json: jsonFlag,
      ...storeFlags,
    },
    aliases: { y: 'yes' },
    positional: accountPositional,
  },
  docs: { brief: 'Show an account as a QR code, with its secret' },
})

async function qr(this: CliContext, flags: QrFlags, typed?: string): Promise<void> {
  const store = openStore(this, flags)
  const name = await findAccount(this, store, typed)
  await confirm(this, `Show the secret of ${name} as a QR code?`, flags.yes)
  const uri = formatOtpauthUri(withoutOwnName(await store.account(name)))
  const { drawQrPng, drawQrSvg, drawQrTerminal } = await import('../../../qr/draw.ts')
  const files = [flags.png, flags.svg].filter((file) => file !== undefined)
  if (flags.png !== undefined) await writePrivateFile(flags.png, drawQrPng(uri, { sizePixels: 512 }))
  if (flags.svg !== undefined) await writePrivateFile(flags.svg, drawQrSvg(uri))
  if (flags.json) this.printJson({ name, ...(files.length > 0 ? { files } : { svg: drawQrSvg(uri) }) })
  else if (files.length === 0) {
    this.stdout.write(drawQrTerminal(uri, { colours: this.stdout.isTerminal && !this.env['NO_COLOR'] }))
  }
  if (files.length > 0) this.say(`Wrote ${files.join(' and ')}. Whoever sees it has the secret: delete it after use.`)
}
