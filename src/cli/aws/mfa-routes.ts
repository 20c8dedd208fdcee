import { buildCommand, buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { asText, jsonFlag, placeFlags, switchFlag, textFlag, whoseFlags } from './flags.ts'
import type { PlaceFlags } from './helper.ts'
import type { MfaEnrolFlags, MfaFlags, MfaRotateFlags } from './mfa-desk.ts'

const mfaFlags = {
  ...whoseFlags,
  user: textFlag('The IAM user (default: whose keys these are)', 'name'),
  vault: switchFlag("Let the server do it: the secret goes into the team's vault and never comes here"),
  server: textFlag('With --vault: the server (default: where you are logged in)', 'url'),
  tokenFile: textFlag('With --vault: a file whose first line is an access token', 'file'),
  json: jsonFlag,
  ...placeFlags,
}
const newDeviceFlags = { deviceName: textFlag('The name of the new device (default: the user and the day)', 'name') }

const enrolCommand = buildCommand<MfaEnrolFlags, [], CliContext>({
  loader: async () => (await import('./commands/mfa.ts')).mfaEnrol,
  parameters: {
    flags: {
      ...newDeviceFlags,
      label: textFlag('With --vault: the name of the account (default: AWS user@account)', 'name'),
      ...mfaFlags,
    },
  },
  docs: { brief: 'Give an IAM user an MFA device whose secret nobody sees' },
})

const rotateCommand = buildCommand<MfaRotateFlags, [], CliContext>({
  loader: async () => (await import('./commands/mfa.ts')).mfaRotate,
  parameters: {
    flags: {
      ...newDeviceFlags,
      serial: textFlag('The device to replace, where there are several', 'arn'),
      ...mfaFlags,
    },
  },
  docs: { brief: 'Replace an MFA device: the new one first, then the old one goes' },
})

const listCommand = buildCommand<MfaFlags, [], CliContext>({
  loader: async () => (await import('./commands/mfa.ts')).mfaList,
  parameters: { flags: mfaFlags },
  docs: { brief: "List a user's MFA devices beside the secrets that are here" },
})

const rootCommand = buildCommand<PlaceFlags & { account: string }, [], CliContext>({
  loader: async () => (await import('./commands/mfa.ts')).mfaRoot,
  parameters: {
    flags: {
      account: { kind: 'parsed', parse: asText, brief: 'The AWS account, by id or name', placeholder: 'name' },
      ...placeFlags,
    },
  },
  docs: { brief: 'Walk through MFA for a root user, which AWS allows by hand only' },
})

/** `watchword aws mfa …`. */
export const mfaRoutes = buildRouteMap<string, CliContext>({
  routes: { enrol: enrolCommand, rotate: rotateCommand, list: listCommand, root: rootCommand },
  docs: { brief: 'MFA devices of IAM users' },
})
