import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { totp } from '../../src/otp/totp.ts'
import { readQrCodes } from '../../src/qr/read.ts'
import { engines } from '../support/engines.ts'
import { PlainBrowser } from '../support/gate/browser.ts'
import { freePort } from '../support/free-port.ts'
import { adapted, commandsIn, openShell } from '../support/guide.ts'
import { fillOldTinyMfa, oldKeyFile } from '../support/old-tiny-mfa.ts'
import { describeWith } from '../support/programs.ts'
import {
  createStore,
  initialise,
  passphrase,
  startServer,
  startTestServer,
  type TestServer,
  type Variables,
} from '../support/server.ts'
import { until } from '../support/until.ts'

const usualPort = 57_687

async function freshPostgres(): Promise<URL> {
  const place = await engines.find(({ name }) => name === 'postgres')?.freshPlace()
  if (place?.url === undefined) throw new Error('there is no PostgreSQL')
  return new URL(place.url)
}

/** The four variables of go-tiny-mfa. */
function fourVariables(url: URL) {
  return {
    POSTGRES_USER: decodeURIComponent(url.username),
    POSTGRES_PASSWORD: decodeURIComponent(url.password),
    POSTGRES_HOST: url.host,
    POSTGRES_DB: url.pathname.slice(1),
  }
}

function stopAtTheEnd(server: TestServer): TestServer {
  onTestFinished(() => server.stop())
  return server
}

// The old program's own port is what a first start takes; another run on this machine, or a test that the system gave
// it to, may hold it for a moment: then it is tried again.
async function startAtUsualPort(variables: Variables): Promise<TestServer> {
  for (;;) {
    try {
      return await startServer(variables)
    } catch (error) {
      if (!String(error).includes(`Port ${usualPort} is taken`)) throw error
      await until(() => isFree(usualPort))
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const canListen = await new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false)).listen(port, '0.0.0.0', () => resolve(true))
  })
  if (canListen) await new Promise((closed) => probe.close(closed))
  return canListen
}

const codeOf = (secretBase32: string, steps = 0) => totp(decodeBase32(secretBase32), Date.now() + steps * 30_000)

describeWith(['sh', 'sed', 'curl'], 'from go-tiny-mfa, pasted', () => {
  const guide = 'from-go-tiny-mfa.md'

  it('starts on the four variables alone, and the quickstart of the manual works', async () => {
    const { folder, paste } = openShell()
    const variables = { ...fourVariables(await freshPostgres()), WATCHWORD_SECRETS_DIR: folder }
    const server = stopAtTheEnd(await startAtUsualPort(variables))
    expect(server.url).toBe(`http://0.0.0.0:${usualPort}`)
    expect(statSync(join(folder, 'root-token.readanddelete')).mode & 0o777).toBe(0o400)
    expect(statSync(join(folder, 'watchword.key')).isFile()).toBe(true)
    expect(paste('watchword --healthcheck', variables)).toMatchObject({ status: 0, stdout: '', stderr: '' })

    const [quickstart = ''] = commandsIn(guide, "The manual's quickstart")
    const steps = adapted(quickstart, { '/opt/go-tiny-mfa/secrets': folder })
      .split('\ncurl')
      .map((part, index) => (index === 0 ? part : `curl -sS${part}`))
    const [token = '', issuer = '', user = '', picture = '', validate = ''] = steps
    const made = paste([token, issuer, user, picture].join('\n'))
    expect(made.stdout).toMatch(/"name":"issuer\.local".*"description":"main access token"/)
    expect(made.stdout).toMatch(/"name":"demo","email":"demo@issuer\.local"/)
    const [uri = ''] = await readQrCodes(readFileSync(join(folder, 'demo.png')))
    expect(uri).toMatch(/^otpauth:\/\/totp\/issuer\.local:demo@issuer\.local\?/)
    const code = totp(parseOtpauthUri(uri).account.secret, Date.now())
    const told = paste([token, adapted(validate, { '123456': code })].join('\n')).stdout
    expect(told).toBe('{"success":true,"message":"token successfully validated."}\n')

    await server.stop()
    expect(paste('watchword --healthcheck', variables)).toMatchObject({ status: 1, stdout: '' })
  })

  it('says in one line which of the four is missing', async () => {
    const { POSTGRES_DB: _left, ...three } = fourVariables(await freshPostgres())
    const { folder, paste } = openShell()
    const told = paste('watchword serve', { ...three, WATCHWORD_SECRETS_DIR: folder })
    expect(told.status).not.toBe(0)
    expect(told.stderr).toMatch(/POSTGRES_DB/)
  })

  it('takes an old database over where it stands, leaves its tables alone and listens on its port', async () => {
    const url = await freshPostgres()
    const port = await freePort()
    const old = await fillOldTinyMfa(url.href, '2', port)
    onTestFinished(() => old.client.end())
    const { folder, paste } = openShell()
    writeFileSync(join(folder, 'key'), oldKeyFile(old.rootKey), { mode: 0o400 })
    const variables = { ...fourVariables(url), WATCHWORD_SECRETS_DIR: folder }
    const before = await old.client.query('select id, username, key from accounts order by id')

    const [both = ''] = commandsIn(guide, 'Taking the data over')
    const [dry = '', write = ''] = adapted(both, {
      'postgres://tinymfa@db/tinymfa': url.href,
      '/opt/go-tiny-mfa/secrets/key': join(folder, 'key'),
    }).split(/(?<=--dry-run)\n/)
    const rehearsed = paste(dry, variables)
    expect(rehearsed.stderr).toMatch(/users: 4 read, 3 new, 0 here before, 1 left out/)
    expect(rehearsed.stderr).toContain('nothing was written')
    const written = paste(write, variables)
    expect(written.stderr).toMatch(/users: 4 read, 3 new, 0 here before, 1 left out/)
    expect(written.stdout).toContain('twin@shop.local')
    expect(paste(write, variables).stderr).toMatch(/users: 4 read, 0 new, 3 here before, 1 left out/)
    expect((await old.client.query('select id, username, key from accounts order by id')).rows).toEqual(before.rows)

    const server = stopAtTheEnd(await startServer(variables))
    expect(server.port).toBe(port)
    await until(() => server.log().includes('watchword admin import tiny-mfa'))
    for (const [user, secret, issuer, token] of [
      ['ada', old.secrets.ada, 'shop', old.tokens.issuer],
      ['bob', old.secrets.bob, 'shop', old.tokens.root],
      ['cleo', old.secrets.cleo, 'bank', old.tokens.root],
    ] as const) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/issuer/${issuer}/users/${user}/totp`, {
        method: 'POST',
        headers: { 'tiny-mfa-access-token': token },
        body: JSON.stringify({ token: totp(secret, Date.now()) }),
      })
      expect([user, response.status]).toEqual([user, 200])
    }
  })
})

describeWith(['sh', 'curl'], 'from ungleichotp, pasted', () => {
  const guide = 'from-ungleichotp.md'
  const nico = 'VMPBTL2WCVQMCMVHWSI57GMXVGDMKPM2'
  const createTable =
    'create table otpauth_otpseed (id integer primary key, username text, name text, realm text, seed text)'

  it('takes the file and the database over, makes the first entry, verifies and adds entries', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    initialise(store)
    const { folder, paste } = openShell(store.variables)
    const file = new DatabaseSync(join(folder, 'db.sqlite3'))
    file.exec(`${createTable}; insert into otpauth_otpseed values (3, 'nico', 'nico', 'ungleich', '${nico}')`)
    file.close()
    const url = await freshPostgres()
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    await client.query(`${createTable}; insert into otpauth_otpseed values (5, 'ada', 'ada', 'ungleich', '${nico}')`)
    await client.end()

    const [take = ''] = commandsIn(guide, 'Taking the data over')
    const taken = paste(
      `${adapted(take, { 'postgres://otp@db/otp': url.href })}\nwatchword admin import ungleichotp db.sqlite3`,
    )
    expect(taken).toMatchObject({ status: 0 })
    const [begin = ''] = commandsIn(guide, 'Starting afresh')
    const root = JSON.parse(paste(begin).stdout) as { name: string; realm: string; seed: string }
    expect(Object.keys(root)).toEqual(['name', 'realm', 'seed'])
    expect(paste(begin)).toMatchObject({ stdout: '', stderr: expect.stringContaining('--force') })

    const server = stopAtTheEnd(await startTestServer(store.variables))
    const here = { 'https://codes.example.com': server.url, 'curl -X': 'curl -sS -X' }
    const [manage = ''] = commandsIn(guide, 'Managing entries')
    const asRoot = { '"123456"': `"${codeOf(root.seed)}"` }
    const service = adapted(manage, {
      ...here,
      ...asRoot,
      '"nico", "realm": "ungleich"': '"dns", "realm": "ungleich-auth"',
    })
    const dns = JSON.parse(paste(service).stdout) as { seed: string; id: number }
    expect(dns).toMatchObject({ seed: expect.stringMatching(/^[A-Z2-7]{32}$/), id: expect.any(Number) })
    expect(dns.id).toBeGreaterThan(5)

    const [verify = ''] = commandsIn(guide, 'Verifying')
    const asDns = adapted(verify, { ...here, '123456': codeOf(dns.seed), '654321': codeOf(nico) })
    expect(paste(asDns).stdout).toBe('{"status":"OK"}')
    expect(paste(asDns).stdout).toContain('You do not have permission to perform this action.')
  })
})

describeWith(['sh'], 'from totpshare, pasted', () => {
  const guide = 'from-totpshare.md'
  // The vector of the old format: an account of AWS, sealed under `test key 1`.
  const key = '313233343536373839303132.50726f642072c3a46b736dc3b67267c3a573'
  const sealed = 'thnhYZFNfFKJl7KujlU2LSXrD6VJP+rV0JY0ARTlXT1sGqDLf1g1Z5TidZajjmCq'
  const secret = 'JBSWY3DPEHPK3PXP'

  function oldFolder() {
    const { folder, paste } = openShell()
    const keys = join(folder, 'topt_keys')
    mkdirSync(keys)
    writeFileSync(join(keys, key), sealed)
    writeFileSync(join(folder, 'enckey'), 'test key 1\n')
    return { folder, keys, paste }
  }

  async function codeAt(server: TestServer, token: string): Promise<unknown> {
    const response = await fetch(`${server.url}/secret/${key}`, { headers: { authorization: `Bearer ${token}` } })
    return response.json()
  }

  it('imports by hand after a rehearsal, and a code from the old secret is shown', async () => {
    const { folder, keys, paste } = oldFolder()
    const dataDir = join(folder, 'data')
    const store = { folder, variables: { WATCHWORD_DATA_DIR: dataDir }, remove: () => {} }
    initialise(store)
    const blocks = commandsIn(guide, 'Moving over')
    const byHand = blocks.find((block) => block.startsWith('watchword admin import')) ?? ''
    const places = { '/srv/totpshare/topt_keys': keys, '/var/lib/watchword': dataDir }
    const [dry = '', write = ''] = adapted(byHand, places).trim().split('\n')
    expect(paste(dry).stdout).toBe('new\t123456789012\tProd räksmörgås\n')
    expect(paste(write)).toMatchObject({ status: 0, stdout: 'imported\t123456789012\tProd räksmörgås\n' })
    expect(paste(write)).toMatchObject({ status: 0, stdout: '' })

    const minted = paste(`watchword admin tokens create reader --scope 'reveal:*' --data-dir ${dataDir}`)
    const token = minted.stdout.trim()
    const server = stopAtTheEnd(await startTestServer(store.variables))
    const shown = (await codeAt(server, token)) as { token: string }
    expect([codeOf(secret, -1), codeOf(secret)]).toContain(shown.token)
  })

  it('reads the folder at start, from the variables totpshare had', async () => {
    const { folder, keys } = oldFolder()
    const store = { folder, variables: { WATCHWORD_DATA_DIR: join(folder, 'data') }, remove: () => {} }
    const { rootToken } = initialise(store)
    const [block = ''] = commandsIn(guide, 'Moving over')
    const exported = block
      .replaceAll('export ', '')
      .split(/\s+/)
      .filter((word) => /^[A-Z_]+=/.test(word))
    const said = Object.fromEntries(exported.map((word) => word.split('=', 2) as [string, string]))
    expect(Object.keys(said)).toContain('TOTPSHARE_FILE_PATH')
    const variables = { ...said, TOTPSHARE_FILE_PATH: keys, TOTPSHARE_FILE_ENCKEY: 'test key 1' }
    const server = stopAtTheEnd(await startTestServer({ ...variables, ...store.variables }))
    await until(() => server.log().includes('"imported":1'))
    const listed = await fetch(`${server.url}/v1/accounts`, { headers: { authorization: `Bearer ${rootToken}` } })
    expect(await listed.json()).toMatchObject({ items: [{ label: 'Prod räksmörgås' }] })
  })
})

describeWith(['sh'], 'from simpleotp, pasted', () => {
  it('takes the users over; the old passphrase and a code of the old secret log in', async () => {
    const { folder, paste } = openShell()
    const users = join(folder, 'totp')
    mkdirSync(users)
    // The vector of the old format: the passphrase is pw1.
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    writeFileSync(join(users, '.salt_alice'), '4X5qqyP2NgXRHYoVo+EM8avuFArxvInsQ3nvwI0WEyA=')
    writeFileSync(join(users, '.password_alice_secret'), 'cvPAHkqmTxhV+YH3WFtrV7r1xy1WYnRO00mbOI10cok=')
    writeFileSync(join(users, '.totp_alice_secret'), secret)
    writeFileSync(join(folder, 'first'), passphrase)
    const dataDir = join(folder, 'data')
    const [bring = '', serve = ''] = commandsIn('from-simpleotp.md', 'Move over')
    const brought = paste(
      adapted(bring, {
        '/var/lib/watchword': dataDir,
        ' /totp ': ` ${users} `,
        NAME: 'ada',
        'passphrase-file FILE': 'passphrase-file first',
        '--dry-run': '--dry-run || true',
      }),
    )
    expect(brought).toMatchObject({ status: 0, stdout: expect.stringContaining('alice') })

    const said = [...serve.matchAll(/([A-Za-z_]+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])
    const variables = { WATCHWORD_DATA_DIR: dataDir, WATCHWORD_GATE_COOKIE_SECURE: 'false' }
    const server = stopAtTheEnd(await startTestServer({ ...variables, ...Object.fromEntries(said) }))
    const browser = new PlainBrowser(server.port)
    const origin = { origin: `http://127.0.0.1:${server.port}`, 'sec-fetch-site': 'same-origin' }
    const fields = { user: 'alice', password: 'pw1', token: codeOf(secret) }
    expect((await browser.logIn(fields, { headers: origin })).status).toBe(302)
    expect(browser.cookies.get('token')).toMatch(/^[0-9a-f]{64}$/)
    expect((await browser.get('/auth/check')).status).toBe(200)
  })
})
