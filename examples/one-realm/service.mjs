// A service that lets in the services of one realm alone. It is written for Express; the few lines that stand in for
// Express here keep the example free of it.
import { createServer } from 'node:http'
import { expressAuthentication, serviceOf, UngleichOtpClient } from 'watchword/client/service'

const { UNGLEICHOTPNAME, UNGLEICHOTPREALM, UNGLEICHOTPSEED, UNGLEICHOTPSERVER, PORT = '0' } = process.env
const allowedRealm = process.env['ALLOWED_REALM'] ?? 'billing'

const verifier = new UngleichOtpClient({
  name: UNGLEICHOTPNAME ?? '',
  realm: UNGLEICHOTPREALM ?? '',
  seed: UNGLEICHOTPSEED ?? '',
  serverUrl: UNGLEICHOTPSERVER ?? '',
})

// With Express: app.use(express.json()); app.use(expressAuthentication({ verifier, realms: ['billing'] }))
const authenticate = expressAuthentication({ verifier, realms: [allowedRealm] })

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.writeHead(500).end())
})

async function answer(request, response) {
  request.body = await readJson(request)
  response.status = (code) => Object.assign(response, { statusCode: code })
  response.json = (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  await authenticate(request, response, () => response.json({ invoiceFor: serviceOf(request).name }))
}

async function readJson(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  try {
    return JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    return null
  }
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
process.once('SIGTERM', () => server.close())
