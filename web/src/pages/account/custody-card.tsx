import { listCustody } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Surface } from '../../parts/surface.tsx'
import { useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

/** Who could ever have seen the secret, in plain words. */
export function CustodyCard({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const custody = useEverything(listCustody, { params: { account: accountId } })
  return (
    <Surface title={t('account.custody')} lead={t('account.custodyLead')} isFlush>
      <Faces
        of={custody}
        isEmpty={(items) => items.length === 0}
        empty={<p className="ww-quiet ww-item">{t('account.custodyEmpty')}</p>}
      >
        {(items) => {
          const newest = Math.max(...items.map(({ secretVersion }) => secretVersion))
          return (
            <ul className="ww-list">
              {items.map(({ personName, how, note, atMs, secretVersion }) => (
                <li key={`${atMs} ${personName} ${how}`} className="ww-item">
                  <div className="ww-item-main">
                    <span className="ww-item-title" dir="auto">
                      {personName}
                    </span>{' '}
                    {t(`account.custody.${how}`)}
                    {note !== '' && <div className="ww-quiet ww-small">{note}</div>}
                  </div>
                  {secretVersion < newest && <span className="ww-tag">{t('account.custodyOld')}</span>}
                  <span className="ww-quiet ww-small">
                    <Moment atMs={atMs} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }}
      </Faces>
    </Surface>
  )
}
