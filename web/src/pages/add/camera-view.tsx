import { Button, Stack } from '@mantine/core'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useWords, type WordKey } from '../../words/words.tsx'

const betweenFramesMs = 700
const widestFrame = 1280

interface CameraViewProps {
  /** Looks at one frame; true when a code was in it and looking may end. */
  onFrame(frame: Blob): Promise<boolean>
  onStop(): void
  /** There is no camera, or it may not be used: what to say about it. */
  onFailed(why: WordKey): void
}

/** Shows the camera and hands out frames until one holds a code. */
export function CameraView({ onFrame, onStop, onFailed }: CameraViewProps) {
  const { t } = useWords()
  const video = useRef<HTMLVideoElement>(null)
  const look = useEffectEvent(onFrame)
  const fail = useEffectEvent(onFailed)
  useEffect(() => {
    const stop = new AbortController()
    void watch(video, look, stop.signal).catch((thrown: unknown) => {
      // Who stopped while the camera started has been left alone by it.
      if (!stop.signal.aborted) fail(reasonOf(thrown))
    })
    return () => stop.abort()
  }, [])
  return (
    <Stack align="center" className="ww-drop">
      <video ref={video} className="ww-camera" muted playsInline aria-label={t('image.cameraView')} />
      <output className="ww-quiet">{t('image.cameraLooking')}</output>
      <Button variant="default" onClick={onStop}>
        {t('image.cameraStop')}
      </Button>
    </Stack>
  )
}

async function watch(
  video: { readonly current: HTMLVideoElement | null },
  look: (frame: Blob) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  if (navigator.mediaDevices === undefined) throw new DOMException('', 'SecurityError')
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
  const end = () => stream.getTracks().forEach((track) => track.stop())
  signal.addEventListener('abort', end)
  if (signal.aborted || video.current === null) return end()
  video.current.srcObject = stream
  await video.current.play()
  while (!signal.aborted) {
    const frame = await frameOf(video.current)
    if (frame !== null && (await look(frame))) return end()
    await new Promise((resolve) => setTimeout(resolve, betweenFramesMs))
  }
}

async function frameOf(video: HTMLVideoElement): Promise<Blob | null> {
  if (video.videoWidth === 0) return null
  const scale = Math.min(1, widestFrame / video.videoWidth)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(video.videoWidth * scale)
  canvas.height = Math.round(video.videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9))
}

function reasonOf(thrown: unknown): WordKey {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (name === 'NotAllowedError') return 'image.cameraRefused'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'image.cameraNone'
  if (name === 'SecurityError') return 'image.cameraInsecure'
  return 'image.cameraBroken'
}
