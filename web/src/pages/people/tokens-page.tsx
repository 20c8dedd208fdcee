import { Button, Group, SegmentedControl } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { type Answer, deleteToken, listTokens, updateToken } from '../../contract.ts'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { EmptyFace, Faces } from '../../parts/faces.tsx'
import { Page } from '../../parts/page.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { serverClock } from '../../server/clock.ts'
import { type Names, usePeopleNames } from '../../server/people-names.ts'
import { useAct, useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { TokenDialog } from './token-dialog.tsx'

type Token = Answer<typeof listTokens>['items'][number]

/** Tokens: mine, and everybody's for administrators. */
export function TokensPage() {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const [isAll, setAll] = useState(mayAdminister)
  const [isOpen, dialog] = useDisclosure(false)
  const tokens = useEverything(listTokens, { query: { all: isAll } })
  const names = usePeopleNames(mayAdminister)
  const addButton = (
    <Button leftSection={<IconPlus size={17} />} onClick={dialog.open}>
      {t('tokens.add')}
    </Button>
  )
  return (
    <Page title={t('tokens.title')} lead={t('tokens.lead')} actions={tokens.data?.length !== 0 && addButton}>
      {mayAdminister && (
        <SegmentedControl
          mb="md"
          aria-label={t('tokens.title')}
          data={[
            { value: 'mine', label: t('tokens.mine') },
            { value: 'all', label: t('tokens.all') },
          ]}
          value={isAll ? 'all' : 'mine'}
          onChange={(which) => setAll(which === 'all')}
        />
      )}
      <Faces
        of={tokens}
        isEmpty={(all) => all.length === 0}
        empty={
          <EmptyFace title={t('tokens.emptyTitle')} why={t('tokens.empty')} icon={<IconKey size={28} stroke={1.6} />}>
            {addButton}
          </EmptyFace>
        }
      >
        {(all: Token[]) => (
          <ul className="ww-list ww-surface">
            {all.map((token) => (
              <TokenRow key={token.id} token={token} names={names} />
            ))}
          </ul>
        )}
      </Faces>
      <TokenDialog isOpen={isOpen} onClose={dialog.close} />
    </Page>
  )
}

function TokenRow({ token, names }: { token: Token; names: Names }) {
  const { t, day, distance } = useWords()
  const update = useAct(updateToken, [listTokens])
  const end = useAct(deleteToken, [listTokens])
  const params = { token: token.id }
  const owner = useOwner(token, names)
  const used =
    token.lastUsedAtMs === null
      ? t('tokens.neverUsed')
      : t('tokens.lastUsed', { when: distance(token.lastUsedAtMs, serverClock.nowMs()) })
  const ends = token.expiresAtMs === null ? [] : [t('tokens.ends', { when: day(token.expiresAtMs) })]
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <div className="ww-item-title" dir="auto">
          {token.name}
        </div>
        <div className="ww-quiet ww-small">{[owner, used, ...ends].join(' · ')}</div>
        <Group gap={6} mt={6}>
          {[...token.scopes, ...(token.gateLimits?.hosts ?? []), ...(token.gateLimits?.paths ?? [])].map((text) => (
            <span key={text} className="ww-tag ww-mono" dir="ltr">
              {text}
            </span>
          ))}
        </Group>
        <TroubleNote trouble={update.trouble} />
      </div>
      <Group gap="xs">
        {!token.enabled && (
          <span className="ww-tag" data-tone="warn">
            {t('tokens.disabled')}
          </span>
        )}
        <Button
          variant="default"
          size="xs"
          loading={update.isRunning}
          onClick={() => void update.run({ params, body: { enabled: !token.enabled } })}
        >
          {t(token.enabled ? 'tokens.disable' : 'tokens.enable')}
        </Button>
        <ConfirmButton
          size="xs"
          label={t('do.end')}
          question={t('tokens.endAsk', { name: token.name })}
          why={t('tokens.endWhy')}
          doIt={t('do.end')}
          isDangerous
          trouble={end.trouble}
          onConfirm={async () => (await end.run({ params })) !== null}
        />
      </Group>
    </li>
  )
}

/** Who a token acts for: an administrator sees everybody's, so that `me` would be the wrong word for most. */
function useOwner({ owner, personId }: Token, names: Names): string {
  const { t } = useWords()
  const me = useMe()
  if (personId === null || personId === me.person?.id) return t(`tokens.of.${owner}`)
  return t(owner === 'device' ? 'tokens.of.deviceOf' : 'tokens.of.other', { name: names.get(personId) ?? personId })
}
