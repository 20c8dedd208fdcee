import { Fragment } from 'react'
import type { AuditRecord } from '../../contract.ts'
import { OutcomeTag } from '../../parts/outcome-tag.tsx'
import { Scrollable } from '../../parts/scrollable.tsx'
import { useWords } from '../../words/words.tsx'

/** Records as a table; what was typed elsewhere stands here as text and nothing more (T62). */
export function AuditList({ records }: { records: readonly AuditRecord[] }) {
  const { t } = useWords()
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
            <AuditRow key={`${record.chain} ${record.sequence}`} record={record} />
          ))}
        </tbody>
      </table>
    </Scrollable>
  )
}

function AuditRow({ record }: { record: AuditRecord }) {
  const { t, has, instant } = useWords()
  const named = (key: string, otherwise: string) => (has(key) ? t(key) : otherwise)
  const act = named(`act.${record.action}`, '')
  const { atMs, actorName, actorId, address, action, objectKind, objectId, objectName, outcome, reason, detail } =
    record
  return (
    <tr>
      <td>
        <time dateTime={new Date(atMs).toISOString()}>{instant(atMs)}</time>
      </td>
      <td dir="auto">
        {actorName || actorId}
        {address !== undefined && address !== '' && (
          <div className="ww-quiet ww-small">{t('audit.from.address', { address })}</div>
        )}
      </td>
      <td>
        {act !== '' && <div>{act}</div>}
        <span className={act === '' ? 'ww-mono' : 'ww-mono ww-quiet'} lang="en">
          {action}
        </span>
        {detail !== undefined && Object.keys(detail).length > 0 && (
          <details className="ww-quiet ww-small">
            <summary>{t('audit.details')}</summary>
            <span className="ww-mono">{JSON.stringify(detail)}</span>
          </details>
        )}
      </td>
      <td dir="auto">
        <div className="ww-clamp">{objectName ?? objectId}</div>
        <div className="ww-quiet ww-small">{named(`act.on.${objectKind}`, objectKind)}</div>
      </td>
      <td>
        <OutcomeTag outcome={outcome} />
        {reason !== undefined && <Reason of={named(`act.why.${reason}`, reason)} />}
      </td>
    </tr>
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
