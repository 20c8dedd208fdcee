import { lazy, type ReactNode, Suspense } from 'react'
import { matchRoute, Route, Switch, useLocation, useRouter } from 'wouter'
import type { Me } from './contract.ts'
import { Faces, LoadingFace } from './parts/faces.tsx'
import { Failing } from './parts/failing.tsx'
import { LoginPage } from './session/login-page.tsx'
import { MeProvider, useWhoAmI } from './session/session.tsx'
import { SessionEnded } from './session/session-ended.tsx'
import { Shell } from './shell/shell.tsx'

const AccountPage = lazy(() => import('./pages/account/account-page.tsx').then((m) => ({ default: m.AccountPage })))
const AddPage = lazy(() => import('./pages/add/add-page.tsx').then((m) => ({ default: m.AddPage })))
const AuditPage = lazy(() => import('./pages/audit/audit-page.tsx').then((m) => ({ default: m.AuditPage })))
const CodesPage = lazy(() => import('./pages/codes/codes-page.tsx').then((m) => ({ default: m.CodesPage })))
const DevicePage = lazy(() => import('./pages/device/device-page.tsx').then((m) => ({ default: m.DevicePage })))
const EnrolPage = lazy(() => import('./pages/enrol/enrol-page.tsx').then((m) => ({ default: m.EnrolPage })))
const GroupsPage = lazy(() => import('./pages/people/groups-page.tsx').then((m) => ({ default: m.GroupsPage })))
const GroupPage = lazy(() => import('./pages/people/group-page.tsx').then((m) => ({ default: m.GroupPage })))
const MePage = lazy(() => import('./pages/me/me-page.tsx').then((m) => ({ default: m.MePage })))
const MissingPage = lazy(() => import('./pages/missing-page.tsx').then((m) => ({ default: m.MissingPage })))
const MissingDoor = lazy(() => import('./pages/missing-page.tsx').then((m) => ({ default: m.MissingDoor })))
const PeoplePage = lazy(() => import('./pages/people/people-page.tsx').then((m) => ({ default: m.PeoplePage })))
const PersonPage = lazy(() => import('./pages/people/person-page.tsx').then((m) => ({ default: m.PersonPage })))
const RealmPage = lazy(() => import('./pages/realms/realm-page.tsx').then((m) => ({ default: m.RealmPage })))
const RealmsPage = lazy(() => import('./pages/realms/realms-page.tsx').then((m) => ({ default: m.RealmsPage })))
const RootPage = lazy(() => import('./pages/root/root-page.tsx').then((m) => ({ default: m.RootPage })))
const RotationsPage = lazy(() =>
  import('./pages/people/rotations-page.tsx').then((m) => ({ default: m.RotationsPage })),
)
const SessionsPage = lazy(() => import('./pages/people/sessions-page.tsx').then((m) => ({ default: m.SessionsPage })))
const SettingsPage = lazy(() => import('./pages/settings/settings-page.tsx').then((m) => ({ default: m.SettingsPage })))
const SetupPage = lazy(() => import('./session/setup-page.tsx').then((m) => ({ default: m.SetupPage })))
const SubjectPage = lazy(() => import('./pages/realms/subject-page.tsx').then((m) => ({ default: m.SubjectPage })))
const TokensPage = lazy(() => import('./pages/people/tokens-page.tsx').then((m) => ({ default: m.TokensPage })))

/** The console: pages for everyone, then the login, then pages for whoever is in. */
export function App() {
  const whoAmI = useWhoAmI()
  return (
    <Failing>
      <Suspense fallback={<LoadingFace />}>
        <Switch>
          <Route path="/enrol">
            <EnrolPage />
          </Route>
          <Route path="/setup">
            <Faces of={whoAmI}>{() => <SetupPage />}</Faces>
          </Route>
          <Route>
            <Faces of={whoAmI}>{(me) => <Inside me={me} />}</Faces>
          </Route>
        </Switch>
      </Suspense>
    </Failing>
  )
}

function Inside({ me }: { me: Me }) {
  const isPage = useIsPage()
  const [path] = useLocation()
  if (me.person === null) return isPage ? <LoginPage me={me} /> : <MissingDoor />
  return (
    <MeProvider me={me}>
      <Shell>
        {/* Each page anew: one that failed must not stand before the next. */}
        <Failing key={path}>
          <Suspense fallback={<LoadingFace />}>
            <Pages />
          </Suspense>
        </Failing>
      </Shell>
      <SessionEnded me={me} />
    </MeProvider>
  )
}

function Pages() {
  return (
    <Switch>
      {Object.entries(pages).map(([path, page]) => (
        <Route key={path} path={path}>
          {page}
        </Route>
      ))}
      <Route component={MissingPage} />
    </Switch>
  )
}

type Page = (params: Readonly<Record<string, string>>) => ReactNode

/** Every page behind the login, by its address. */
const pages: Readonly<Record<string, Page>> = {
  '/': () => <CodesPage />,
  '/login': () => <CodesPage />,
  '/accounts/new': () => <AddPage />,
  '/accounts/root': () => <RootPage />,
  '/accounts/:account': ({ account = '' }) => <AccountPage key={account} accountId={account} />,
  // totpshare's addresses of the page where an administrator adds accounts.
  '/admin': () => <AddPage />,
  '/Admin': () => <AddPage />,
  '/realms': () => <RealmsPage />,
  '/realms/:realm': ({ realm = '' }) => <RealmPage key={realm} realmId={realm} />,
  '/realms/:realm/:subject': ({ realm = '', subject = '' }) => (
    <SubjectPage key={subject} realmId={realm} subjectId={subject} />
  ),
  '/people': () => <PeoplePage />,
  '/people/:person': ({ person = '' }) => <PersonPage key={person} personId={person} />,
  '/groups': () => <GroupsPage />,
  '/groups/:group': ({ group = '' }) => <GroupPage key={group} groupId={group} />,
  '/tokens': () => <TokensPage />,
  '/sessions': () => <SessionsPage />,
  '/rotations': () => <RotationsPage />,
  '/audit': () => <AuditPage />,
  '/settings': () => <SettingsPage />,
  '/me': () => <MePage />,
  '/device': () => <DevicePage />,
}

/** Whether something stands at an address, so that nobody logs in only to read that nothing does. */
function useIsPage(): boolean {
  const { parser } = useRouter()
  const [path] = useLocation()
  return Object.keys(pages).some((pattern) => matchRoute(parser, pattern, path)[0])
}
