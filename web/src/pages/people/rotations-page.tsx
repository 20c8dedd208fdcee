import { IconRefreshAlert } from '@tabler/icons-react'
import { Link } from 'wouter'
import { listRotations } from '../../contract.ts'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useEverything } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

/** Accounts whose secret somebody who left could have seen. */
export function RotationsPage() {
  const { t } = useWords()
  const rotations = useEverything(listRotations)
  return (
    <Page title={t('rotations.title')} lead={t('rotations.lead')}>
      <Faces
        of={rotations}
        isEmpty={(items) => items.length === 0}
        empty={
          <EmptyFace
            title={t('rotations.emptyTitle')}
            why={t('rotations.empty')}
            icon={<IconRefreshAlert size={28} stroke={1.6} />}
          />
        }
      >
        {(items) => (
          <ul className="ww-list ww-surface">
            {items.map(({ id, label, rotateReason }) => (
              <li key={id} className="ww-item">
                <div className="ww-item-main">
                  <Link href={`/accounts/${id}`} className="ww-plain-link ww-item-title" dir="auto">
                    {label}
                  </Link>
                  <div className="ww-quiet ww-small">{rotateReason}</div>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Faces>
    </Page>
  )
}
