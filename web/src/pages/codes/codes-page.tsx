import { Button, Group } from '@mantine/core'
import { IconPassword, IconPlus } from '@tabler/icons-react'
import { Link } from 'wouter'
import { listAccounts, type Account } from '../../contract.ts'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { AccountList } from './account-list.tsx'
import { DeletedAccounts } from './deleted-accounts.tsx'

/** Home: every account I may see, and its code when I ask for it. */
export function CodesPage() {
  const { t } = useWords()
  const me = useMe()
  const accounts = useEverything(listAccounts)
  const isEmpty = accounts.data?.length === 0
  return (
    <Page title={t('codes.title')} actions={me.mayAddAccounts && !isEmpty && <AddButtons />}>
      <Faces of={accounts} isEmpty={(all) => all.length === 0} empty={<NoAccounts />}>
        {(all: Account[]) => <AccountList accounts={all} />}
      </Faces>
      <DeletedAccounts />
    </Page>
  )
}

function AddButtons() {
  const { t } = useWords()
  return (
    <>
      <Button component={Link} href="/accounts/root" variant="default">
        {t('codes.takeRoot')}
      </Button>
      <Button component={Link} href="/accounts/new" leftSection={<IconPlus size={17} />}>
        {t('codes.add')}
      </Button>
    </>
  )
}

function NoAccounts() {
  const { t } = useWords()
  const { mayAddAccounts } = useMe()
  return (
    <EmptyFace
      title={t('codes.emptyTitle')}
      why={t(mayAddAccounts ? 'codes.emptyAdder' : 'codes.emptyMember')}
      icon={<IconPassword size={28} stroke={1.6} />}
    >
      {mayAddAccounts && (
        <Group justify="center">
          <AddButtons />
        </Group>
      )}
    </EmptyFace>
  )
}
