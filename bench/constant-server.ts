// The yardstick of verify and reveal: the same Fastify frame, schema, token check and body, answering a constant.
import { hash } from 'node:crypto'
import Fastify from 'fastify'
import { Compile } from 'typebox/compile'
import { Verify } from '../src/api/subjects.ts'

const tokens = new Set([hash('sha256', process.argv[2] ?? '', 'base64url')])
const body = Compile(Verify)
const app = Fastify()

app.addHook('onRequest', async (request, reply) => {
  const token = (request.headers.authorization ?? '').slice('Bearer '.length)
  if (!tokens.has(hash('sha256', token, 'base64url'))) return reply.code(401).send({ title: 'Log in first.' })
})
app.post('/v1/realms/:realm/subjects/:subject/verify', async (request, reply) => {
  if (!body.Check(request.body)) return reply.code(400).send({ title: 'The request is not valid.' })
  return { accepted: true, step: 59843376 }
})

console.log(await app.listen({ host: '127.0.0.1', port: 0 }))
