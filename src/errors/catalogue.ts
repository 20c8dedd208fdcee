import { accessFailures } from './access.ts'
import { agentFailures } from './agent.ts'
import { auditFailures } from './audit.ts'
import { awsFailures } from './aws.ts'
import { clientFailures } from './client.ts'
import { cryptoFailures } from './crypto.ts'
import { databaseFailures } from './database.ts'
import { gateFailures } from './gate.ts'
import { httpFailures } from './http.ts'
import { importFailures } from './importers.ts'
import { operationFailures } from './operation.ts'
import { otpFailures } from './otp.ts'
import { qrFailures } from './qr.ts'
import { realmFailures } from './realms.ts'
import { vaultFailures } from './vault.ts'

/** Every way Watchword can fail: a stable code and the sentence a person reads (law 8). */
export const catalogue = {
  ...accessFailures,
  ...agentFailures,
  ...auditFailures,
  ...awsFailures,
  ...clientFailures,
  ...cryptoFailures,
  ...databaseFailures,
  ...gateFailures,
  ...httpFailures,
  ...importFailures,
  ...operationFailures,
  ...otpFailures,
  ...qrFailures,
  ...realmFailures,
  ...vaultFailures,
} as const

/** A stable name of a failure, part of the wire contract. */
export type FailureCode = keyof typeof catalogue
