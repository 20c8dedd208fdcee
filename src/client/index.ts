export { type CallOptions, type Client, type ClientOptions, createClient } from './client.ts'
export { isRefusal, Refusal } from './failures.ts'
export type { Given, Got } from './request.ts'
export { connect, pages, type RevealWish, type VerifyOptions, type Watchword } from './watchword.ts'
