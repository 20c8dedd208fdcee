/** A QR code the server drew, as a picture: an SVG in an `img` can run nothing. */
export function QrImage({ svg, label }: { svg: string; label: string }) {
  return <img className="ww-qr" alt={label} src={`data:image/svg+xml,${encodeURIComponent(svg)}`} />
}
