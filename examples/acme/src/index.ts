export { keys, twoFactor } from './two-factor.ts'
export { dummyVerify, findUser, verifyPassword } from './users.ts'
