import { correction, generate } from 'lean-qr'
import { cssOf, type Colour } from './colour.ts'

const sample = generate('otpauth://totp/Watchword:sample?secret=JBSWY3DPEHPK3PXP&issuer=Watchword', {
  minCorrectionLevel: correction.M,
})
const quiet = 4
const side = sample.size + 2 * quiet

interface QrPreviewProps {
  readonly foreground: Colour
  readonly background: Colour
}

/** A sample in the colours chosen; it holds no real secret. */
export function QrPreview({ foreground, background }: QrPreviewProps) {
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${side} ${side}`}
      width="180"
      height="180"
      shapeRendering="crispEdges"
      style={{ borderRadius: 8, background: '#fff' }}
    >
      <rect width={side} height={side} fill={cssOf(background)} />
      <path d={modulesPath()} fill={cssOf(foreground)} />
    </svg>
  )
}

function modulesPath(): string {
  let path = ''
  for (let y = 0; y < sample.size; y++) {
    for (let x = 0; x < sample.size; x++) {
      if (sample.get(x, y)) path += `M${x + quiet} ${y + quiet}h1v1h-1z`
    }
  }
  return path
}
