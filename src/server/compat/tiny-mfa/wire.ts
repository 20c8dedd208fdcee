import { Type } from 'typebox'

/** What go-tiny-mfa's door sends, for the documentation. */
export const outcome = Type.Object({ success: Type.Boolean(), message: Type.String() })

export const configuration = Type.Object({
  http_port: Type.Integer(),
  deny_limit: Type.Integer(),
  verify_tokens: Type.Boolean(),
  'schema-version': Type.Integer(),
})

export const signOn = Type.Object({
  id: Type.Integer(),
  enabled: Type.Boolean(),
  'client-id': Type.String(),
  'client-secret': Type.String({ description: 'Empty, or a mask' }),
  'discovery-url': Type.String(),
})

const share = Type.Integer({ minimum: 0, maximum: 255 })
const colour = Type.Object({ red: share, green: share, blue: share, alpha: share })
export const colours = Type.Object({ 'qrcode-bgcolor': colour, 'qrcode-fgcolor': colour })

export const validations = Type.Array(
  Type.Object({
    id: Type.Integer(),
    issuer: Type.String(),
    user: Type.String(),
    message: Type.Integer({ description: 'The time step the server stood in' }),
    result: Type.Boolean(),
    date: Type.String({ description: 'RFC 3339, UTC' }),
  }),
)

export const issuer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  contact: Type.String(),
  enabled: Type.Boolean(),
  token_length: Type.Integer(),
})

export const user = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  issuer,
  enabled: Type.Boolean(),
})

const token = Type.Object({
  'access-token': Type.String({ description: 'Shown this once' }),
  description: Type.String(),
})

export const madeIssuer = Type.Object({ issuer, token })
export const madeToken = Type.Object({ message: outcome, token })

export const tokens = Type.Array(
  Type.Object({
    id: Type.String(),
    description: Type.String(),
    created_on: Type.String(),
    last_access_time: Type.String({ description: 'Empty when it was never used' }),
  }),
)
