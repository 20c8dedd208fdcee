import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { useWords } from '../words/words.tsx'
import { TroubleNote } from './trouble-note.tsx'

interface ConfirmProps extends ButtonProps {
  readonly label: ReactNode
  readonly question: string
  readonly why: ReactNode
  /** The word on the button that does it. */
  readonly doIt: string
  readonly trouble?: Trouble | null
  /** Answers whether it was done; the question stays open when not. */
  onConfirm(): Promise<boolean>
}

/** A button that asks before it acts. */
export function ConfirmButton({ label, question, why, doIt, trouble = null, onConfirm, ...button }: ConfirmProps) {
  const { t } = useWords()
  const [isOpen, { open, close }] = useDisclosure(false)
  return (
    <>
      <Button variant="default" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={isOpen} onClose={close} title={question} closeButtonProps={{ 'aria-label': t('do.close') }}>
        <Stack>
          <Text component="div">{why}</Text>
          <TroubleNote trouble={trouble} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              {t('do.cancel')}
            </Button>
            <Button onClick={() => void onConfirm().then((isDone) => isDone && close())}>{doIt}</Button>
          </Group>
        </Stack>
      </Modal>
    </>
  )
}
