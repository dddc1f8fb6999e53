import { simulatedAuthenticator } from '@sallyport/testkit'
import { sessions } from './host.ts'
import { afterCode, afterPassword, twoFactor } from './two-factor.ts'

const log = (line: string) => process.stdout.write(`${line}\n`)

// Ada must have a second factor and has none: she is asked to enroll one.
const choosing = await afterPassword('42')
log(`${choosing.state}: ${choosing.accepts.join(', ')}`)
const confirming = await twoFactor.send(choosing.flow, {
  type: 'enrollment_requested',
  method: 'authenticator',
})
if (confirming.state !== 'enrolling' || confirming.provisioning?.kind !== 'app')
  throw new Error(confirming.state)
const phone = simulatedAuthenticator(confirming.provisioning.uri) // Ada scans the QR code
log(`${confirming.state}: ${confirming.accepts.join(', ')}`)

const enrolled = await afterCode(confirming.flow, phone.codeAt(Date.now()), true)
log(`${enrolled.state}: ${JSON.stringify(sessions.get('42'))}`)
if (enrolled.state !== 'authenticated' || !enrolled.outcome?.remembered) throw new Error(enrolled.state)

// The next login from the same browser needs the password alone.
const again = await afterPassword('42', enrolled.outcome.remembered.token)
log(`${again.state} by ${again.outcome?.kind === 'authenticated' ? again.outcome.via : 'nothing'}`)
