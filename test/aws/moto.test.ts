import { spawn, type ChildProcess } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createVirtualMfaDevice,
  deleteVirtualMfaDevice,
  enableMfaDevice,
  listMfaDevices,
  type IamAccess,
} from '../../src/aws/iam-mfa.ts'
import { removeMfa } from '../../src/aws/mfa-enrolment.ts'
import { callQuery } from '../../src/aws/query-protocol.ts'
import { assumeRole, getCallerIdentity, getSessionToken } from '../../src/aws/sts.ts'
import type { Transport } from '../../src/aws/transport.ts'
import { freePort } from '../support/free-port.ts'
import { findProgram, reportSkipped } from '../support/programs.ts'
import { until } from '../support/until.ts'

const program = findProgram('moto_server')
if (program === null) reportSkipped('a second opinion on the wire formats', ['moto_server'])

const transport: Transport = {
  fetch: (url, options) => fetch(url, options),
  nowMs: () => Date.now(),
  sleep: () => Promise.resolve(),
}
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' }

// An AWS written by others, as far as it goes: it checks neither codes nor signatures.
describe.skipIf(program === null)('a second opinion on the wire formats', () => {
  let server: ChildProcess
  let access: IamAccess
  let endpointUrl: string

  beforeAll(async () => {
    const port = await freePort()
    endpointUrl = `http://127.0.0.1:${port}`
    access = { credentials, endpointUrl }
    server = spawn(program ?? '', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' })
    await until(() => answers(endpointUrl))
  })
  afterAll(() => server.kill('SIGKILL'))

  it('IAM: a device is made, enabled, listed and removed', async () => {
    const call = { url: endpointUrl, service: 'iam', region: 'us-east-1', version: '2010-05-08', credentials } as const
    await callQuery(transport, { ...call, action: 'CreateUser', parameters: { UserName: 'ada' } })
    const device = await createVirtualMfaDevice(transport, access, 'ada-one')
    expect(device.serialNumber).toMatch(/^arn:aws:iam::\d{12}:mfa\/ada-one$/)
    await enableMfaDevice(transport, access, 'ada', device.serialNumber, ['123456', '234567'])
    expect(await listMfaDevices(transport, access, 'ada')).toMatchObject([
      { userName: 'ada', serialNumber: device.serialNumber },
    ])
    await removeMfa(transport, access, 'ada', device.serialNumber)
    await expect(deleteVirtualMfaDevice(transport, access, device.serialNumber)).rejects.toMatchObject({
      code: 'aws_refused',
    })
  })

  it('STS: a session, a role with tags, and who it is', async () => {
    const mfa = { serialNumber: 'arn:aws:iam::123456789012:mfa/ada', code: '123456' }
    const session = await getSessionToken(transport, credentials, mfa, 900, { endpointUrl })
    expect(session.expiresAtMs).toBeGreaterThan(0)
    const wishes = { sessionName: 'ada', tags: { team: 'core' } }
    const role = await assumeRole(transport, session, 'arn:aws:iam::123456789012:role/Deploy', wishes, { endpointUrl })
    expect((await getCallerIdentity(transport, role, 'aws', { endpointUrl })).arn).toContain('assumed-role/Deploy/ada')
  })
})

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/moto-api/`).then(
    () => true,
    () => false,
  )
}
