import { Button, TextInput, VisuallyHidden } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef } from 'react'
import type { Account } from '../../contract.ts'
import { useAddressTexts } from '../../parts/address-texts.ts'
import { EmptyFace } from '../../parts/faces.tsx'
import { VirtualList } from '../../parts/virtual-list.tsx'
import { useWords } from '../../words/words.tsx'
import { filterable, filterAccounts, tagsOf } from './account-filter.ts'
import { AccountRow } from './account-row.tsx'
import { focusRow } from './row-focus.ts'

const rowRem = 4.5
const mostTags = 12
const noFilter = { q: '', tag: '' }

/** Accounts with a filter above them; the keyboard reaches everything. */
export function AccountList({ accounts }: { accounts: readonly Account[] }) {
  const { t, language } = useWords()
  const [{ q: typed, tag }, setFilter] = useAddressTexts(noFilter)
  const setTyped = (q: string) => setFilter({ q, tag })
  // The field answers at once; the list may follow a frame later.
  const wanted = useDeferredValue(typed)
  const all = useMemo(() => filterable(accounts, language), [accounts, language])
  const tags = useMemo(() => tagsOf(accounts).slice(0, mostTags), [accounts])
  const found = useMemo(() => filterAccounts(all, wanted, tag === '' ? null : tag), [all, wanted, tag])
  const isFiltered = wanted !== '' || tag !== ''

  const pressFirst = useFirstRow(typed, wanted)
  const onFilterKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setTyped('')
    if (event.key === 'ArrowDown' && focusRow(0)) event.preventDefault()
    // Enter in the filter goes straight for the first code: type, Enter, Enter.
    if (event.key === 'Enter') pressFirst()
  }
  return (
    <>
      <TextInput
        data-filter=""
        type="search"
        size="md"
        radius="lg"
        aria-label={t('codes.filter')}
        placeholder={t('codes.filter')}
        leftSection={<IconSearch size={18} />}
        rightSection={<kbd className="ww-kbd ww-wide-only">/</kbd>}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={onFilterKey}
      />
      <fieldset className="ww-chips">
        <VisuallyHidden component="legend">{t('codes.allTags')}</VisuallyHidden>
        {tags.map((name) => (
          <button
            key={name}
            type="button"
            className="ww-chip"
            dir="auto"
            aria-pressed={tag === name}
            onClick={() => setFilter({ q: typed, tag: tag === name ? '' : name })}
          >
            {name}
          </button>
        ))}
      </fieldset>
      <output className="ww-quiet ww-small" style={{ display: 'block', margin: '0 .25rem .5rem' }}>
        {t(isFiltered ? 'codes.found' : 'codes.count', { count: found.length })}
      </output>
      {found.length === 0 ? (
        <NoMatch text={wanted || tag} onClear={() => setFilter(noFilter)} />
      ) : (
        <div className="ww-surface" style={{ overflow: 'hidden' }}>
          <VirtualList items={found} rowRem={rowRem} label={t('codes.list')} keyOf={({ id }) => id}>
            {(account, index) => <AccountRow account={account} index={index} />}
          </VirtualList>
        </div>
      )}
    </>
  )
}

/** Presses the first row of what was typed, once the list shows that and not what was typed before it. */
function useFirstRow(typed: string, shown: string): () => void {
  const pressFor = useRef<string | null>(null)
  useEffect(() => {
    if (pressFor.current !== shown) return
    pressFor.current = null
    focusRow(0, true)
  }, [shown])
  return () => {
    if (typed === shown) focusRow(0, true)
    else pressFor.current = typed
  }
}

function NoMatch({ text, onClear }: { text: string; onClear(): void }) {
  const { t } = useWords()
  return (
    <EmptyFace title={t('codes.noMatchTitle')} why={t('codes.noMatch', { text })} icon={<IconSearch size={28} />}>
      <Button variant="light" onClick={onClear}>
        {t('codes.clearFilter')}
      </Button>
    </EmptyFace>
  )
}
