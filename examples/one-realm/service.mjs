// A service that lets in the services of one realm alone.
import express from 'express'
import { expressAuthentication, serviceOf, UngleichOtpClient } from 'watchword/client/service'

const { UNGLEICHOTPNAME, UNGLEICHOTPREALM, UNGLEICHOTPSEED, UNGLEICHOTPSERVER, PORT = '0' } = process.env
const allowedRealm = process.env['ALLOWED_REALM'] ?? 'billing'

const verifier = new UngleichOtpClient({
  name: UNGLEICHOTPNAME ?? '',
  realm: UNGLEICHOTPREALM ?? '',
  seed: UNGLEICHOTPSEED ?? '',
  serverUrl: UNGLEICHOTPSERVER ?? '',
})

const app = express()
app.use(express.json())
app.use(expressAuthentication({ verifier, realms: [allowedRealm] }))
app.post('/', (request, response) => {
  response.json({ invoiceFor: serviceOf(request).name })
})

const server = app.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => server.close())
