export { type AuthenticationOptions, expressAuthentication, fastifyAuthentication, serviceOf } from './middleware.ts'
export {
  proofInBody,
  type ServiceProof,
  type ServiceVerifier,
  type VerifiedService,
  verifierOver,
} from './service-proof.ts'
export {
  type UngleichOtpCaller,
  UngleichOtpClient,
  type UngleichOtpEntry,
  UngleichOtpRefusal,
} from './ungleichotp-client.ts'
