import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
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
  if (me.person === null) return <LoginPage me={me} />
  return (
    <MeProvider me={me}>
      <Shell>
        <Failing>
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
      <Route path="/" component={CodesPage} />
      <Route path="/login" component={CodesPage} />
      <Route path="/accounts/new" component={AddPage} />
      <Route path="/accounts/root" component={RootPage} />
      <Route path="/accounts/:account">{({ account }) => <AccountPage key={account} accountId={account} />}</Route>
      {/* totpshare's address of the page where an administrator adds accounts. */}
      <Route path="/admin" component={AddPage} />
      <Route path="/Admin" component={AddPage} />
      <Route path="/realms" component={RealmsPage} />
      <Route path="/realms/:realm">{({ realm }) => <RealmPage key={realm} realmId={realm} />}</Route>
      <Route path="/realms/:realm/:subject">
        {({ realm, subject }) => <SubjectPage key={subject} realmId={realm} subjectId={subject} />}
      </Route>
      <Route path="/people" component={PeoplePage} />
      <Route path="/people/:person">{({ person }) => <PersonPage key={person} personId={person} />}</Route>
      <Route path="/groups" component={GroupsPage} />
      <Route path="/groups/:group">{({ group }) => <GroupPage key={group} groupId={group} />}</Route>
      <Route path="/tokens" component={TokensPage} />
      <Route path="/sessions" component={SessionsPage} />
      <Route path="/rotations" component={RotationsPage} />
      <Route path="/audit" component={AuditPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route path="/me" component={MePage} />
      <Route path="/device" component={DevicePage} />
      <Route component={MissingPage} />
    </Switch>
  )
}
