// Writes the Postman collection of the API anew.
import { join } from 'node:path'
import { pinnedNode, root, run } from './lib.mjs'

run(pinnedNode, [join(root, 'scripts', 'write-postman.ts')])
