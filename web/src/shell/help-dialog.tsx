import { Modal } from '@mantine/core'
import { useWords, type WordKey } from '../words/words.tsx'

const keys: [string[], WordKey][] = [
  [['/'], 'help.filter'],
  [['↑', '↓'], 'help.move'],
  [['Enter'], 'help.enter'],
  [['Esc'], 'help.hide'],
  [['o'], 'help.open'],
  [['f'], 'help.favourite'],
  [['n'], 'help.new'],
  [['g', 'c r p a s m'], 'help.go'],
  [['?'], 'help.help'],
]

/** What the keyboard does. */
export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useWords()
  return (
    <Modal opened={isOpen} onClose={onClose} title={t('help.title')} closeButtonProps={{ 'aria-label': t('do.close') }}>
      <dl className="ww-facts">
        {keys.map(([names, text]) => (
          <div key={text} style={{ display: 'contents' }}>
            <dt>
              {names.map((name) => (
                <kbd key={name} className="ww-kbd" style={{ marginRight: '.3rem' }}>
                  {name}
                </kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
