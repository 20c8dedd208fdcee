import type { PathOwner } from '../../http/unread.ts'

/** How go-tiny-mfa's door speaks to whoever sends it what is no request. */
export const tinyMfaPaths: PathOwner = {
  path: '/api/v1/',
  unread: {
    headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    body: '{"success":false,"message":"the request cannot be read"}\n',
  },
}
