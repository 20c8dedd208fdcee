import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { addressSource, namedSource } from '../../../src/server/subjects/source.ts'
import type { Judged } from '../../../src/server/subjects/verdict.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { tokenWith } from './actors.ts'
import { codeOf, openWorld, stranger, type World, wrongCode } from './world.ts'

const sharedRootKey = newRootKey()
const accepted = { accepted: true }
const refused = (reason: string) => ({ accepted: false, reason })

describe.each(engines)('judging a code on $name', (engine) => {
  it('accepts a right code and tells its step', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const verdict = await world.judge('ada', world.code('ada'))
    expect(verdict).toMatchObject({ accepted: true, step: Math.floor(world.clock.nowMs() / 30_000) })
  })

  it('T01 refuses an accepted code in every other spelling', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada')
    expect(await world.judge('ada', code)).toMatchObject(accepted)
    const fullWidth = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('')
    const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('')
    const [head, tail] = [code.slice(0, 3), code.slice(3)]
    const spellings = [` ${code}`, `${code} `, `${head} ${tail}`, `${head}\u00a0${tail}`, `${code}\u2003`]
    for (const spelling of [...spellings, `\t${code}`, `${code}\n`, fullWidth, arabic]) {
      expect(await world.judge('ada', spelling)).toMatchObject(refused('replayed'))
    }
  })

  it.each(['a\0', 'a\ud800'])('refuses the name %j without a word to those who came with it', async (name) => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const [bad, good] = await Promise.allSettled([world.judge(name, '123456'), world.judge('ada', world.code('ada'))])
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'bad_request' } })
    expect(good).toMatchObject({ status: 'fulfilled', value: accepted })
  })

  it('T03 accepts one of 200 parallel requests with one code', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const verdicts = await Promise.all(Array.from({ length: 200 }, () => world.judge('ada', world.code('ada'))))
    expect(verdicts.filter(({ accepted: isAccepted }) => isAccepted)).toHaveLength(1)
  })

  it('T03 T05 accepts one of 200 parallel requests on two servers', async () => {
    const place = await engine.freshPlace()
    const first = await openWorld(engine, { place, rootKey: sharedRootKey })
    await first.addSubject('ada')
    const second = await openWorld(engine, { place, rootKey: sharedRootKey, clock: first.clock })
    const code = first.code('ada')
    const verdicts = await Promise.all(
      Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? first : second).judge('ada', code)),
    )
    expect(verdicts.filter(({ accepted: isAccepted }) => isAccepted)).toHaveLength(1)
    expect(await second.judge('ada', code)).toMatchObject(refused('replayed'))
  })

  it('T03 accepts each code once while several batches are under way', async () => {
    const world = await openWorld(engine)
    const names = Array.from({ length: 60 }, (_, index) => `subject ${index}`)
    for (const name of names) await world.addSubject(name)
    const mostUnderWay = countUnderWay(world)
    const verdicts: Promise<Judged>[] = []
    for (let wave = 0; wave < 10; wave += 1) {
      verdicts.push(...names.map((name) => world.judge(name, world.code(name))))
      await new Promise((resolve) => setImmediate(resolve))
    }
    const isAccepted = (await Promise.all(verdicts)).map((verdict) => verdict.accepted)
    for (const [index] of names.entries()) {
      const ofOne = isAccepted.filter((_, place) => place % names.length === index)
      expect(ofOne.filter(Boolean)).toHaveLength(1)
    }
    expect(mostUnderWay()).toBe(world.core.storage.hotTransactions)
    expect(await world.core.audit.verify()).toMatchObject({ whole: true })
  })

  it('T08 refuses an earlier step after a later one, unless the realm says `once`', async () => {
    const rising = await openWorld(engine)
    await rising.addSubject('ada')
    expect(await rising.judge('ada', rising.code('ada', 1))).toMatchObject(accepted)
    expect(await rising.judge('ada', rising.code('ada', -1))).toMatchObject(refused('replayed'))

    const once = await openWorld(engine, { realm: { replay: 'once' } })
    await once.addSubject('ada')
    expect(await once.judge('ada', once.code('ada', 1))).toMatchObject(accepted)
    expect(await once.judge('ada', once.code('ada', -1))).toMatchObject(accepted)
    expect(await once.judge('ada', once.code('ada', -1))).toMatchObject(refused('replayed'))
  })

  it('T12 charges a code sent too early, and accepts it when its time has come', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada', 4)
    expect(await world.judge('ada', code)).toMatchObject(refused('wrong'))
    expect(await failuresOf(world)).toBe(1)
    world.clock.advance(4 * 30_000)
    expect(await world.judge('ada', code)).toMatchObject(accepted)
  })

  it('T13 does not let one subject spend the code of another', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.addSubject('bob')
    expect(await world.judge('bob', world.code('ada'))).toMatchObject(refused('wrong'))
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })

  it('T80 accepts exactly the codes of its window', async () => {
    const offsets = Array.from({ length: 13 }, (_, index) => index - 6)
    const world = await openWorld(engine, { realm: { replay: 'reuse', lockout: { unknownPerStep: 200 } } })
    await world.addSubject('ada')
    const codes = offsets.map((steps) => world.code('ada', steps))
    const verdicts = await Promise.all(codes.map((code) => world.judge('ada', code, { source: null })))
    expect(offsets.filter((_, index) => verdicts[index]?.accepted)).toEqual([-1, 0, 1])
  })

  it('T20 T21 lets no more than the budget pass, whatever address 200 parallel guesses come from', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const guesses = Array.from({ length: 200 }, (_, index) =>
      world.judge('ada', wrongCode(world, 'ada'), { source: addressSource(`198.51.100.${index}`) }),
    )
    const verdicts = await Promise.all(guesses)
    expect(verdicts.filter((verdict) => !verdict.accepted && verdict.reason === 'wrong')).toHaveLength(5)
    expect(await world.judge('ada', world.code('ada'), { source: stranger })).toMatchObject(refused('locked'))
  })

  it('T28 leaves the known source open when strangers have used up the cap', async () => {
    const world = await openWorld(engine, { realm: { lockout: { unknownPerStep: 200, unknownBeforeWaits: 100 } } })
    await world.addSubject('ada')
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
    const guesses = Array.from({ length: 150 }, () => world.judge('ada', wrongCode(world, 'ada'), { source: stranger }))
    const verdicts = await Promise.all(guesses)
    expect(verdicts.filter((verdict) => !verdict.accepted && verdict.reason === 'wrong')).toHaveLength(100)
    world.clock.advance(60_000)
    expect(await world.judge('ada', world.code('ada'), { source: stranger })).toMatchObject(refused('locked'))
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })

  it('T27 lifts the cap after two consecutive codes from a known source, or by an administrator', async () => {
    const world = await openWorld(engine, { realm: { lockout: { cap: 3 } } })
    await world.addSubject('ada')
    await world.judge('ada', world.code('ada'))
    const burn = () =>
      Promise.all([1, 2, 3].map(() => world.judge('ada', wrongCode(world, 'ada'), { source: stranger })))
    await burn()
    world.clock.advance(30_000)
    await world.judge('ada', world.code('ada'))
    expect(await world.judge('ada', world.code('ada', 1), { source: stranger })).toMatchObject(refused('locked'))
    world.clock.advance(30_000)
    await world.judge('ada', world.code('ada'))
    world.clock.advance(30_000)
    expect(await world.judge('ada', world.code('ada'), { source: stranger })).toMatchObject(accepted)

    await burn()
    const subject = await world.subjects.find(world.realm, 'ada')
    if (subject === null) throw new Error('ada is gone')
    await world.core.storage.transaction((tx) => world.subjects.lift(tx, world.realm, subject, byOperator))
    expect(await failuresOf(world)).toBe(0)
  })

  it('T40 tells nobody by its work whether a subject exists', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.addSubject('off')
    await disable(world, 'off')
    await world.addSubject('locked')
    await Promise.all([1, 2, 3, 4, 5].map(() => world.judge('locked', '000000', { source: null })))
    const counts = []
    const names = ['ada', 'nobody', 'off', 'locked']
    for (const subject of names) await world.judge(subject, '000000')
    for (const subject of names) {
      const statements = countStatements(world)
      await world.judge(subject, '000000')
      counts.push(statements())
    }
    expect(new Set(counts).size).toBe(1)
  })

  it('T56 promotes a pending secret by its first code and ends the old one', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const fresh = await enrol(world, 'ada')
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
    const code = codeOf(fresh.secretBase32, world.clock.nowMs())
    expect(await world.judge('ada', code)).toMatchObject({ accepted: true, isPromotion: true })
    expect(await world.judge('ada', code)).toMatchObject(refused('replayed'))
    world.clock.advance(30_000)
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(refused('wrong'))
    expect(await world.judge('ada', codeOf(fresh.secretBase32, world.clock.nowMs()))).toMatchObject(accepted)
  })

  it('forgets a pending secret after 15 minutes', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const fresh = await enrol(world, 'ada')
    world.clock.advance(15 * 60_000)
    expect(await world.judge('ada', codeOf(fresh.secretBase32, world.clock.nowMs()))).toMatchObject(refused('wrong'))
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })

  it('lets `authenticate` check, count and audit a code without spending it', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada')
    for (const _ of [1, 2]) {
      expect(await world.judge('ada', code, { purpose: 'authenticate' })).toMatchObject(accepted)
    }
    expect(await world.judge('ada', code)).toMatchObject(accepted)
    expect(await world.judge('ada', code)).toMatchObject(refused('replayed'))
  })

  it('T103 costs the same statements with ten subjects and with ten thousand', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.judge('ada', '000000')
    const few = countStatements(world)
    await world.judge('ada', '000000')
    const costWithFew = few()
    await addTenThousand(world)
    const many = countStatements(world)
    await world.judge('ada', '000000')
    expect(many()).toBe(costWithFew)
  })

  it('T07 law 1: counts everything up to a resynchronised code as used, also where earlier steps may pass', async () => {
    const world = await openWorld(engine, { realm: { replay: 'once', windowBack: 3, windowForward: 3 } })
    await world.addSubject('ada')
    const pair = { purpose: 'resync', secondCode: world.code('ada', 21) } as const
    expect(await world.judge('ada', world.code('ada', 20), pair)).toMatchObject(accepted)
    for (const used of [21, 20, 19, 18]) {
      expect(await world.judge('ada', world.code('ada', used))).toMatchObject(refused('replayed'))
    }
    expect(await world.judge('ada', world.code('ada', 22))).toMatchObject(accepted)
  })

  it('repeats the verdict of an Idempotency-Key for a minute, and refuses the key with another body', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada')
    const idempotency = { keyHash: 'aa'.repeat(16), bodyHash: 'bb'.repeat(16) }
    const send = (bodyHash = idempotency.bodyHash) =>
      world.judge('ada', code, { idempotency: { ...idempotency, bodyHash } })
    const both = await Promise.all([send(), send()])
    expect(both).toEqual([both[0], both[0]])
    expect(await send()).toEqual(both[0])
    await expect(send('cc'.repeat(16))).rejects.toMatchObject({ code: 'idempotency_key_reused' })
    world.clock.advance(60_000)
    expect(await send()).toMatchObject({ accepted: false })
  })

  it('notices a disabled, renamed or deleted subject in the next verdict of another server', async () => {
    const place = await engine.freshPlace()
    const first = await openWorld(engine, { place, rootKey: sharedRootKey })
    await first.addSubject('ada')
    const second = await openWorld(engine, { place, rootKey: sharedRootKey, clock: first.clock })
    await second.judge('ada', '000000')
    await disable(first, 'ada')
    expect(await second.judge('ada', first.code('ada'))).toMatchObject(refused('disabled'))
    const subject = await first.subjects.find(first.realm, 'ada')
    if (subject === null) throw new Error('ada is gone')
    await first.core.storage.transaction((tx) => first.subjects.remove(tx, first.realm, subject, byOperator))
    expect(await second.judge('ada', first.code('ada'))).toMatchObject(refused('unknown'))
  })

  it('T91 gives no verdict that is not audited, and spends nothing with it', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const { audit } = world.core
    const append = audit.appendHot.bind(audit)
    audit.appendHot = () => Promise.reject(new Error('the disk is full'))
    await expect(world.judge('ada', world.code('ada'))).rejects.toThrow('the disk is full')
    audit.appendHot = append
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })

  it('judges the second code of a pair only behind the first', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.addSubject('bob')
    const request = (subject: string, code: string, purpose: 'authenticate' | 'verify') => ({
      realm: 'shop',
      subject,
      code,
      purpose,
      source: null,
      actor: tokenWith(),
      address: '',
      door: 'test',
    })
    const behind = (callerCode: string) =>
      world.subjects.judgeBehind(
        request('ada', callerCode, 'authenticate'),
        request('bob', world.code('bob'), 'verify'),
      )
    expect(await behind('000000')).toMatchObject([refused('wrong'), null])
    expect(await behind(world.code('ada'))).toMatchObject([accepted, accepted])
    expect(await behind(world.code('ada'))).toMatchObject([accepted, refused('replayed')])
  })

  it('T95 leaves one record of each verdict, and an unknown name as a keyed hash', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.judge('ada', world.code('ada'), { source: namedSource('till 7') })
    await world.judge('hunter2', '123456')
    const { items: events } = await world.core.audit.list({})
    const verdicts = events.filter(({ action }) => action === 'subject.verify')
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['refused', 'accepted'])
    expect(JSON.stringify(events)).not.toContain('hunter2')
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('a row that another holds on $name', (engine) => {
  it('is given up after two seconds of a clock that nobody steps: the one of the wall stands here', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const code = world.code('ada')
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>()
    const { promise: isHeld, resolve: holds } = Promise.withResolvers<void>()
    const holding = world.core.storage.transaction(async (tx) => {
      await tx.selectFrom('subject_state').selectAll().forUpdate().execute()
      holds()
      await isReleased
    })
    await isHeld
    await expect(world.judge('ada', code)).rejects.toMatchObject({ code: 'verification_busy' })
    release()
    await holding
    expect(await world.judge('ada', code)).toMatchObject(accepted)
  })
})

/** Ten thousand others, as `ada` is in the tables. */
async function addTenThousand({ core: { storage } }: World): Promise<void> {
  await storage.transaction(async (tx) => {
    const subject = await tx.selectFrom('subject').selectAll().executeTakeFirstOrThrow()
    const state = await tx.selectFrom('subject_state').selectAll().executeTakeFirstOrThrow()
    for (let first = 0; first < 10_000; first += 500) {
      const names = Array.from({ length: 500 }, (_, index) => `user${first + index}`)
      const subjects = names.map((name, index) => ({
        ...subject,
        id: name,
        name,
        name_key: name,
        number: 10 + first + index,
      }))
      await tx.insertInto('subject').values(subjects).execute()
      await tx
        .insertInto('subject_state')
        .values(names.map((name) => ({ ...state, subject_id: name })))
        .execute()
    }
  })
}

async function failuresOf(world: World): Promise<number> {
  const row = await world.core.storage.db
    .selectFrom('subject_state')
    .select(['unknown_failures', 'total_failures'])
    .executeTakeFirstOrThrow()
  return row.unknown_failures + row.total_failures
}

async function disable(world: World, name: string): Promise<void> {
  const subject = await world.subjects.find(world.realm, name)
  if (subject === null) throw new Error(`${name} is gone`)
  await world.core.storage.transaction((tx) =>
    world.subjects.change(tx, world.realm, subject, { isEnabled: false }, byOperator),
  )
}

async function enrol(world: World, name: string) {
  const subject = await world.subjects.find(world.realm, name)
  if (subject === null) throw new Error(`${name} is gone`)
  return world.core.storage.transaction((tx) =>
    world.subjects.enrolment.start(tx, world.realm, subject, { begins: { pendingForMs: 15 * 60_000 } }, byOperator),
  )
}

/** Holds hot transactions back until as many as there may be are under way, and watches how many there are at once. */
function countUnderWay({ core: { storage } }: World): () => number {
  let underWay = 0
  let most = 0
  const all = Promise.withResolvers<void>()
  const hot = storage.hotTransaction.bind(storage)
  storage.hotTransaction = async (work) => {
    underWay += 1
    most = Math.max(most, underWay)
    if (underWay === storage.hotTransactions) all.resolve()
    try {
      await all.promise
      return await hot(work)
    } finally {
      underWay -= 1
    }
  }
  return () => most
}

/** Counts the statements and commits of the next verdicts. */
function countStatements({ core: { storage } }: World): () => string {
  let statements = 0
  let commits = 0
  const hot = storage.hotTransaction.bind(storage)
  storage.hotTransaction = async (work) => {
    const result = await hot((tx) =>
      work({
        engine: tx.engine,
        all: (sql, values) => (statements++, tx.all(sql, values)),
        run: (sql, values) => (statements++, tx.run(sql, values)),
        runEach: (sql, rows) => ((statements += rows.length), tx.runEach(sql, rows)),
      }),
    )
    commits++
    return result
  }
  return () => {
    storage.hotTransaction = hot
    return `${statements} statements, ${commits} commits`
  }
}
