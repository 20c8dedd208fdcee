import { type Catalogue, en } from '../en/index.ts'
export const de: Catalogue = { ...en }
