/** The wire contract, as the server routes it and the documentation prints it. */
export * from '../../src/api/index.ts'
