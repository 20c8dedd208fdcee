// A service that lets in every service that proves itself, whatever realm it is of.
import Fastify from 'fastify'
import { fastifyAuthentication, serviceOf, UngleichOtpClient } from 'watchword/client/service'

const { UNGLEICHOTPNAME, UNGLEICHOTPREALM, UNGLEICHOTPSEED, UNGLEICHOTPSERVER, PORT = '0' } = process.env

const verifier = new UngleichOtpClient({
  name: UNGLEICHOTPNAME ?? '',
  realm: UNGLEICHOTPREALM ?? '',
  seed: UNGLEICHOTPSEED ?? '',
  serverUrl: UNGLEICHOTPSERVER ?? '',
})

const app = Fastify()
app.addHook('preHandler', fastifyAuthentication({ verifier }))
app.post('/greet', async (request) => {
  const { name, realm } = serviceOf(request)
  return { greeting: `Hello ${name} of ${realm}` }
})

console.log(await app.listen({ host: '127.0.0.1', port: Number(PORT) }))
process.once('SIGTERM', () => void app.close())
