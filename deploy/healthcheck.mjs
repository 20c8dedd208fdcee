// HEALTHCHECK of the image: the server answers on the port it was told to use. Prints nothing.
import { get } from 'node:https'
import { env } from 'node:process'

const patienceMs = 4000
const isTinyMfa = env.POSTGRES_HOST !== undefined && env.WATCHWORD_PORT === undefined

if (isTinyMfa) {
  // The port is in the database there; the program finds it.
  process.argv.splice(2, process.argv.length, '--healthcheck')
  await import('./watchword.js')
} else {
  const port = env.WATCHWORD_PORT ?? '8000'
  const status = env.WATCHWORD_TLS_CERT === undefined ? await plainStatus(port) : await tlsStatus(port)
  process.exitCode = status === 200 ? 0 : 1
}

function plainStatus(port) {
  return fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(patienceMs) }).then(
    ({ status }) => status,
    () => 0,
  )
}

// The certificate is for the outside name; on loopback only the answer counts.
function tlsStatus(port) {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, timeout: patienceMs }
    get(options, (response) => resolve(response.resume().statusCode))
      .on('error', () => resolve(0))
      .on('timeout', () => resolve(0))
  })
}
