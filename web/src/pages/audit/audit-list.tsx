import { Fragment } from 'react'
import type { AuditRecord } from '../../contract.ts'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Scrollable } from '../../parts/scrollable.tsx'
import { type Names, usePeopleNames } from '../../server/people-names.ts'
import { useWords } from '../../words/words.tsx'

/** Records as a table; what was typed elsewhere stands here as text and nothing more (T62). */
export function AuditList({ records }: { records: readonly AuditRecord[] }) {
  const { t } = useWords()
  const names = usePeopleNames(records.some(({ objectKind }) => objectKind === 'subject'))
  return (
    <Scrollable label={t('audit.title')} isSurface>
      <table className="ww-table ww-audit">
        <thead>
          <tr>
            <th scope="col">{t('audit.when')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('audit.action')}</th>
            <th scope="col">{t('audit.object')}</th>
            <th scope="col">{t('audit.outcome')}</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <AuditRow key={`${record.chain} ${record.sequence}`} record={record} names={names} />
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}

interface RowProps {
  readonly record: AuditRecord
  readonly names: Names
}

function AuditRow({ record, names }: RowProps) {
  const { t, has, instant } = useWords()
  const named = (key: string, otherwise: string) => (has(key) ? t(key) : otherwise)
  const { atMs, address, action, outcome, reason, detail = {} } = record
  const act = named(`act.${action}`, '')
  return (
    <tr>
      <td>
        <time dateTime={new Date(atMs).toISOString()}>{instant(atMs)}</time>
      </td>
      <td dir="auto">
        <ActorText record={record} />
        {address !== undefined && address !== '' && (
          <div className="ww-quiet ww-small">{t('audit.from.address', { address })}</div>
        )}
      </td>
      <td>
        {act !== '' && <div>{act}</div>}
        <span className={act === '' ? 'ww-mono' : 'ww-mono ww-quiet'} lang="en">
          {action}
        </span>
        {action === 'person.factor_change' && <FactorText detail={detail} />}
        {Object.keys(detail).length > 0 && (
          <details className="ww-quiet ww-small">
            <summary>{t('audit.details')}</summary>
            <DetailList detail={detail} />
          </details>
        )}
      </td>
      <td dir="auto">
        <ObjectText record={record} names={names} />
      </td>
      <td>
        <OutcomeTag outcome={outcome} />
        {reason !== undefined && <Reason of={named(`act.why.${reason}`, reason)} />}
      </td>
    </tr>
  )
}

function ActorText({ record }: { record: AuditRecord }) {
  const { t } = useWords()
  const { actorKind, actorName, actorId } = record
  if (actorKind === 'stranger') return <span className="ww-quiet">{t('audit.by.stranger')}</span>
  if (actorKind === 'root') return t('audit.by.root')
  return (
    <>
      {actorName || actorId}
      {actorKind === 'operator' && <div className="ww-quiet ww-small">{t('audit.by.operator')}</div>}
    </>
  )
}

// A person's own code is a subject named by the person's id, and a name nobody has is kept as a fingerprint only.
function ObjectText({ record, names }: RowProps) {
  const { t, has } = useWords()
  const { objectKind, objectId, objectName } = record
  const person = objectKind === 'subject' ? names.get(objectName ?? '') : undefined
  const isUnknown = objectName === undefined && objectId.startsWith('unknown:')
  const kind = `act.on.${objectKind}`
  return (
    <>
      <div className="ww-clamp">{isUnknown ? t('audit.unknownName') : (person ?? objectName ?? objectId)}</div>
      <div className="ww-quiet ww-small">
        {person === undefined ? (has(kind) ? t(kind) : objectKind) : t('audit.personCode')}
        {isUnknown && <span className="ww-mono"> {objectId.slice('unknown:'.length)}</span>}
      </div>
    </>
  )
}

function FactorText({ detail }: { detail: NonNullable<AuditRecord['detail']> }) {
  const { t, has } = useWords()
  const key = `audit.factor.${String(detail['what'])}`
  const name = typeof detail['name'] === 'string' ? ` “${detail['name']}”` : ''
  return has(key) ? <div className="ww-small">{t(key) + name}</div> : null
}

function DetailList({ detail }: { detail: NonNullable<AuditRecord['detail']> }) {
  return (
    <ul className="ww-details" lang="en">
      {Object.entries(detail).map(([name, value]) => (
        <li key={name} className="ww-mono">
          {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
        </li>
      ))}
    </ul>
  )
}

// The name of a failure breaks between its words, never inside one.
function Reason({ of: reason }: { of: string }) {
  return (
    <div className="ww-quiet ww-small">
      {reason.split('_').map((word, index) => (
        <Fragment key={index}>
          {index > 0 && (
            <>
              _<wbr />
            </>
          )}
          {word}
        </Fragment>
      ))}
    </div>
  )
}
