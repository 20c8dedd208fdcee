import { Tabs } from '@mantine/core'
import { useSearchParams } from 'wouter'
import { readRealm, type Realm } from '../../contract.ts'
import { BackLink } from '../../parts/back-link.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useServer } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { BulkPanel } from './bulk-panel.tsx'
import { PolicyPanel } from './policy-panel.tsx'
import { SubjectsPanel } from './subjects-panel.tsx'

/** One realm: its subjects, its policy, many subjects at once. */
export function RealmPage({ realmId }: { realmId: string }) {
  const realm = useServer(readRealm, { params: { realm: realmId } })
  return <Faces of={realm}>{(loaded: Realm) => <Loaded realm={loaded} />}</Faces>
}

function Loaded({ realm }: { realm: Realm }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [search, setSearch] = useSearchParams()
  const tab = search.get('tab') ?? ''
  return (
    <Page
      title={realm.name}
      back={<BackLink href="/realms">{t('realms.title')}</BackLink>}
      lead={t('realm.token', { scope: `verify:${realm.name}` })}
    >
      <Tabs
        value={isTab(tab) ? tab : 'subjects'}
        onChange={(next) => next !== null && setSearch({ tab: next }, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="subjects">{t('realm.subjects')}</Tabs.Tab>
          <Tabs.Tab value="policy">{t('realm.policy')}</Tabs.Tab>
          {mayAdminister && <Tabs.Tab value="bulk">{t('realm.bulk')}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="subjects">
          <SubjectsPanel realm={realm} />
        </Tabs.Panel>
        <Tabs.Panel value="policy">
          <PolicyPanel realm={realm} />
        </Tabs.Panel>
        <Tabs.Panel value="bulk">
          <BulkPanel realm={realm} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function isTab(name: string): boolean {
  return name === 'policy' || name === 'bulk'
}
