import {
  ActionIcon,
  Anchor,
  Button,
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  Modal,
  Paper,
  Tooltip,
} from '@mantine/core'

// Tyrian purple on travertine and basalt: Rome's colour of office, and the stones around it.
const tyrian: MantineColorsTuple = [
  '#fbf1f6',
  '#f4dfe9',
  '#e8bed3',
  '#dc9abb',
  '#d27ba6',
  '#bb4c84',
  '#a2366c',
  '#852856',
  '#6b1f45',
  '#521634',
]
const travertine: MantineColorsTuple = [
  '#faf8f5',
  '#f3f0eb',
  '#e8e3db',
  '#d9d2c7',
  '#bfb6a8',
  '#8f8678',
  '#696157',
  '#575047',
  '#3c3731',
  '#25211d',
]
const basalt: MantineColorsTuple = [
  '#ebe7e3',
  '#d2ccc8',
  '#aea7a6',
  '#8a8385',
  '#4f4a51',
  '#3c383e',
  '#2b282e',
  '#1a181d',
  '#151318',
  '#0f0e11',
]

/** Sizes, colours and the habits of every component. */
export const theme = createTheme({
  primaryColor: 'tyrian',
  primaryShade: { light: 7, dark: 6 },
  colors: { tyrian, gray: travertine, dark: basalt },
  black: '#25211d',
  autoContrast: true,
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: '600' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    Button: Button.extend({ defaultProps: { radius: 'md' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    Paper: Paper.extend({ defaultProps: { radius: 'lg' } }),
    Modal: Modal.extend({
      defaultProps: {
        radius: 'lg',
        centered: true,
        overlayProps: { backgroundOpacity: 0.4 },
        // A header of a dialog would count as one more banner of the page.
        attributes: { header: { role: 'none' } },
      },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { withArrow: true, openDelay: 300 } }),
  },
})

/** Our own surfaces beside Mantine's, for both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#faf8f5',
    '--mantine-color-dimmed': '#696157',
    '--mantine-color-error': '#b3261e',
    '--mantine-color-placeholder': '#736a5e',
    '--ww-surface': '#ffffff',
    '--ww-surface-quiet': '#f3f0eb',
    '--ww-line': '#e4ded5',
    '--ww-accent': '#852856',
    '--ww-accent-soft': '#f8e9f1',
    '--ww-warn': '#8a5300',
    '--ww-warn-soft': '#fbf1df',
    '--ww-bad': '#b3261e',
    '--ww-bad-soft': '#fcebe9',
    '--ww-good': '#2b6a45',
    '--ww-good-soft': '#e7f3eb',
    '--ww-shadow': '0 1px 2px rgb(60 45 30 / 5%), 0 4px 16px rgb(60 45 30 / 4%)',
  },
  dark: {
    '--mantine-color-body': '#1a181d',
    '--mantine-color-dimmed': '#aea7a6',
    '--mantine-color-error': '#ff9b90',
    '--mantine-color-placeholder': '#9a9393',
    '--ww-surface': '#232027',
    '--ww-surface-quiet': '#2b282e',
    '--ww-line': '#37333a',
    '--ww-accent': '#e29abd',
    '--ww-accent-soft': '#3b2431',
    '--ww-warn': '#f0c37a',
    '--ww-warn-soft': '#3a2e1a',
    '--ww-bad': '#ff9b90',
    '--ww-bad-soft': '#40211f',
    '--ww-good': '#8fd0a8',
    '--ww-good-soft': '#1e3227',
    '--ww-shadow': '0 1px 2px rgb(0 0 0 / 30%)',
  },
})
