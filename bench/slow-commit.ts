// Loaded before the server: every commit on SQLite waits two milliseconds longer, as on a disk that is slower to sync.
import { DatabaseSync } from 'node:sqlite'

const addedMs = 2
const never = new Int32Array(new SharedArrayBuffer(4))
const prepare = DatabaseSync.prototype.prepare

DatabaseSync.prototype.prepare = function prepareSlowly(sql) {
  const statement = prepare.call(this, sql)
  if (sql !== 'commit') return statement
  const run = statement.run.bind(statement)
  statement.run = () => {
    Atomics.wait(never, 0, 0, addedMs)
    return run()
  }
  return statement
}
