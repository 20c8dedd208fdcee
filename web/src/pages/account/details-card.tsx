import { Anchor, Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { Account } from '../../contract.ts'
import { Moment } from '../../parts/moment.tsx'
import { Surface } from '../../parts/surface.tsx'
import { useWords } from '../../words/words.tsx'
import { EditDialog } from './edit-dialog.tsx'

/** What is said of the account; empty lines are left out. */
export function DetailsCard({ account }: { account: Account }) {
  const { t } = useWords()
  const [isOpen, edit] = useDisclosure(false)
  return (
    <Surface
      title={t('account.details')}
      actions={
        account.mayManage &&
        account.deletedAtMs === null && (
          <Button variant="default" size="xs" onClick={edit.open}>
            {t('account.edit')}
          </Button>
        )
      }
    >
      <dl className="ww-facts">
        <Fact name={t('account.issuer')}>{account.issuer}</Fact>
        <Fact name={t('account.identifier')}>{account.identifier}</Fact>
        <Fact name={t('account.url')}>
          {account.url !== '' && (
            <Anchor href={account.url} rel="noreferrer noopener" target="_blank">
              {account.url}
            </Anchor>
          )}
        </Fact>
        <Fact name={t('account.tags')}>{account.tags.join(', ')}</Fact>
        <Fact name={t('account.note')}>
          {account.note !== '' && <span style={{ whiteSpace: 'pre-wrap' }}>{account.note}</span>}
        </Fact>
        <Fact name={t('account.kind')}>
          <KindText account={account} />
        </Fact>
        <Fact name={t('account.lease')}>{t(`account.lease.${account.lease}`)}</Fact>
        <Fact name={t('account.stepUp')}>{t(`account.stepUp.${account.stepUp}`)}</Fact>
        <Fact name={t('account.added')}>
          <Moment atMs={account.createdAtMs} />
        </Fact>
      </dl>
      <EditDialog account={account} isOpen={isOpen} onClose={edit.close} />
    </Surface>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === '' || children === false) return null
  return (
    <>
      <dt>{name}</dt>
      <dd dir="auto">{children}</dd>
    </>
  )
}

function KindText({ account: { type, digits, periodSeconds, algorithm } }: { account: Account }) {
  const { t } = useWords()
  if (type === 'steam') return t('account.kindSteam')
  if (type === 'hotp') return t('account.kindHotp', { digits, algorithm })
  return t('account.kindTotp', { digits, period: periodSeconds, algorithm })
}
