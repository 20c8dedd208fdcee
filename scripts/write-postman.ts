import { writeFileSync } from 'node:fs'
import { doorOperations } from '../src/server/doors.ts'
import { openApi } from '../src/server/http/openapi.ts'
import { type Documented, postmanCollection } from '../src/server/http/postman.ts'

const collection = postmanCollection(openApi('', doorOperations) as Documented)
const file = new URL('../docs/watchword.postman_collection.json', import.meta.url)
writeFileSync(file, `${JSON.stringify(collection, null, 2)}\n`)
