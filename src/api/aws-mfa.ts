import { Type } from 'typebox'
import { AccountCreate, AccountCreated, LeaseMode } from './accounts.ts'
import { endpoint, exactly, oneOf, orNull, Ref, TimeMs } from './endpoint.ts'

/** The characters IAM allows in names of users and devices. */
const iamName = '^[\\w+=,.@-]+$'

/** Credentials that end by themselves, for this one call: used, then forgotten. Long-term keys have no session token. */
export const AwsSession = exactly({
  accessKeyId: Type.String({ pattern: '^\\w{16,128}$' }),
  secretAccessKey: Type.String({ minLength: 1, maxLength: 256 }),
  sessionToken: Type.String({ minLength: 1, maxLength: 16_384 }),
})

const call = {
  credentials: AwsSession,
  partition: Type.Optional(oneOf(['aws', 'aws-cn', 'aws-us-gov'])),
  userName: Type.Optional(
    Type.String({ pattern: iamName, maxLength: 64, description: 'Absent: whose credentials these are' }),
  ),
}
const deviceName = Type.String({ pattern: iamName, maxLength: 226 })

export const AwsMfaEnrol = exactly({
  ...call,
  deviceName,
  label: AccountCreate.properties.label,
  tags: AccountCreate.properties.tags,
  note: AccountCreate.properties.note,
  lease: Type.Optional(LeaseMode),
  stepUp: AccountCreate.properties.stepUp,
  signOnDemand: AccountCreate.properties.signOnDemand,
  marked: AccountCreate.properties.marked,
  grants: AccountCreate.properties.grants,
})
export const AwsMfaRotate = exactly({ ...call, deviceName })
export const AwsMfaList = exactly(call)

/** The account as it is now, and the device at AWS that its codes belong to. */
export const AwsMfaAccount = Type.Object({
  ...AccountCreated.properties,
  serialNumber: Type.String({ description: 'ARN of the device, also the identifier of the account' }),
  userName: Type.String(),
})
export const AwsMfaInventory = Type.Object({
  userName: Type.String(),
  devices: Type.Array(
    Type.Object({
      serialNumber: Type.String(),
      enabledAtMs: TimeMs,
      accountId: orNull(Type.String({ description: 'Null where no account you may see has its codes' })),
      label: orNull(Type.String()),
    }),
  ),
  withoutDevice: Type.Array(
    Type.Object({ serialNumber: Type.String(), accountId: Type.String(), label: Type.String() }),
    { description: 'Accounts of the same AWS account whose device this user does not have' },
  ),
})

const adder = { tag: 'Accounts', right: 'adder' } as const

export const enrolAwsMfa = endpoint(
  'enrolAwsMfa',
  {
    method: 'POST',
    path: '/v1/accounts/aws-mfa',
    summary: 'Give an IAM user an MFA device whose secret goes from AWS into the vault, seen by nobody',
    status: 201,
    ...adder,
  },
  { body: AwsMfaEnrol, answer: AwsMfaAccount },
)
export const listAwsMfa = endpoint(
  'listAwsMfa',
  {
    method: 'POST',
    path: '/v1/accounts/aws-mfa/list',
    summary: "An IAM user's MFA devices beside the accounts that have their codes",
    ...adder,
  },
  { body: AwsMfaList, answer: AwsMfaInventory },
)
export const rotateAwsMfa = endpoint(
  'rotateAwsMfa',
  {
    method: 'POST',
    path: '/v1/accounts/{account}/aws-mfa/rotate',
    summary: 'Replace the MFA device behind an account: the new one first, then the old one goes',
    tag: 'Accounts',
    right: 'manager',
  },
  { params: Type.Object({ account: Ref }), body: AwsMfaRotate, answer: AwsMfaAccount },
)
