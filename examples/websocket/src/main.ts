import { dummyVerify, findUser, twoFactor, verifyPassword } from 'example-acme'
import { serve } from './serve.ts'

const host = { twoFactor, findUser, verifyPassword, dummyVerify, onError: console.error }
const serving = await serve(host, { port: Number(process.env['PORT'] ?? 3000) })
console.log(serving.url)
process.once('SIGTERM', () => void serving.close())
