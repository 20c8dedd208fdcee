import type { FastifyInstance } from 'fastify'
import { docsPage, docsStyle } from './docs-page.ts'
import type { DoorOperation } from './door-operation.ts'
import { openApi } from './openapi.ts'

/** Serves `/openapi.json` and `/docs`, made at first asking. */
export function docsRoutes(app: FastifyInstance, version: string, doors: readonly DoorOperation[]): void {
  let made: { json: string; page: string } | undefined
  const make = () => {
    const document = openApi(version, doors)
    return (made ??= { json: JSON.stringify(document), page: docsPage(document) })
  }
  app.get('/openapi.json', (_request, reply) => reply.type('application/json').send(make().json))
  app.get('/docs', (_request, reply) =>
    reply
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
      )
      .type('text/html; charset=utf-8')
      .send(make().page),
  )
  app.get('/docs/style.css', (_request, reply) => reply.type('text/css; charset=utf-8').send(docsStyle))
}
