// First process of the container: `docker run IMAGE` serves, `docker run IMAGE get github` is the agent.
import { env } from 'node:process'

// A container is reached from outside; what is published of it is the compose file's choice. In go-tiny-mfa's set-up
// (only POSTGRES_ variables) the server chooses address and port by itself.
const isTinyMfa = env.POSTGRES_HOST !== undefined && env.WATCHWORD_PORT === undefined
if (!isTinyMfa && process.argv[2] === 'serve') env.WATCHWORD_HOST ??= '0.0.0.0'
await import('./watchword.js')
