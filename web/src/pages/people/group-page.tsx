import { useLocation } from 'wouter'
import { deleteGroup, type Group, listGroups } from '../../contract.ts'
import { BackLink } from '../../parts/back-link.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { FailedFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { troubleWithoutAnswer } from '../../server/trouble.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { GroupForm } from './group-form.tsx'
import { MembersCard } from './members-card.tsx'

const missing = troubleWithoutAnswer('missing')

/** One group: its people and what being in it gives. */
export function GroupPage({ groupId }: { groupId: string }) {
  const groups = useEverything(listGroups)
  return (
    <Faces of={groups}>
      {(all: Group[]) => {
        const group = all.find(({ id }) => id === groupId)
        if (group === undefined) return <FailedFace trouble={missing} onRetry={() => void groups.refetch()} />
        return <Loaded group={group} />
      }}
    </Faces>
  )
}

function Loaded({ group }: { group: Group }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [, navigate] = useLocation()
  const remove = useAct(deleteGroup, [listGroups])
  const isBuiltIn = group.source === 'built-in'
  const confirmDelete = async () => {
    const done = await remove.run({ params: { group: group.id } })
    if (done !== null) navigate('/groups')
    return done !== null
  }
  return (
    <Page
      title={isBuiltIn ? t('word.everyone') : group.name}
      back={<BackLink href="/groups">{t('groups.title')}</BackLink>}
      lead={t(`source.${group.source}`)}
      isNarrow
    >
      {mayAdminister && !isBuiltIn && <GroupForm group={group} />}
      <MembersCard group={group} />
      {mayAdminister && !isBuiltIn && (
        <ConfirmButton
          label={t('do.delete')}
          question={t('group.deleteAsk', { name: group.name })}
          why={t('group.deleteWhy')}
          doIt={t('do.delete')}
          isDangerous
          trouble={remove.trouble}
          onConfirm={confirmDelete}
        />
      )}
    </Page>
  )
}
