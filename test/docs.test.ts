import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const withPages = ['bench', 'deploy', 'docs', 'examples', 'test', 'web']

it('no page links to a file or a heading that is not there', () => {
  const pages = [...pagesIn(root, false), ...withPages.flatMap((folder) => pagesIn(join(root, folder), true))]
  const links = pages.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
  )
  expect(links.length).toBeGreaterThan(50)
  const broken = links.filter(({ page, link }) => !leadsSomewhere(page, link))
  expect(broken.map(({ page, link }) => `${relative(root, page)}: ${link}`)).toEqual([])
})

function pagesIn(folder: string, recursive: boolean): string[] {
  return (readdirSync(folder, { recursive }) as string[])
    .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
    .map((name) => join(folder, name))
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#')
  const target = path === '' ? page : join(dirname(page), decodeURI(path))
  if (!existsSync(target) || statSync(target).size === 0) return false
  return heading === undefined || anchorsOf(target).has(heading)
}

/** What headings are reached by, as code hosts make it of them. */
function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) => heading)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  )
}

function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
}
