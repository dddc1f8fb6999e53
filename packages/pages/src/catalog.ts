/** The key of a text on a page. The texts of failures are those of `@sallyport/http`. */
export type PageMessageKey = keyof typeof titles | keyof typeof texts

/** Every text on the pages. `{name}` stands for a value; what a text may name is what its default names. */
export type PageCatalog = Readonly<Record<PageMessageKey, string>>

const titles = {
  'login.title': 'Log in',
  'select.title': 'How do you want to confirm it’s you?',
  'challenge.title': 'Enter your code',
  'rescue.title': 'Lost access to your method?',
  'recovery.title': 'Use a recovery code',
  'verify.title': 'Confirm it’s you',
  'setup.title': 'Two-step login',
  'choose.title': 'Choose a method',
  'confirm.title': 'Finish the setup',
  'recoveryCodes.title': 'Recovery codes',
  'newRecoveryCodes.title': 'Your new recovery codes',
  'devices.title': 'Remembered browsers',
  'logout.title': 'Log out',
  'error.title': 'That did not work',
} as const

const texts = {
  // On every page.
  'layout.skip': 'Skip to the content',
  'layout.signedIn': 'Logged in as {user}',
  'layout.logout': 'Log out',
  'layout.errorTitle': 'Error: {title}',
  'layout.problem': 'There is a problem',
  'layout.wait': 'Try again in {duration}.',
  'layout.saved': 'Saved.',
  'layout.back': 'Back',

  // Methods.
  'method.authenticator': 'Authenticator app',
  'method.authenticator.about': 'A six-digit code from an app on your phone. Works without a network.',
  'method.email': 'Email',
  'method.email.about': 'A code is mailed to you.',
  'method.sms': 'Text message',
  'method.sms.about': 'A code is sent to your phone.',
  'method.recovery_code': 'Recovery code',
  'method.password': 'Password',

  // Fields.
  'field.identity': 'Email or user name',
  'field.email': 'Email',
  'field.username': 'User name',
  'field.password': 'Password',
  'field.passcode': 'Passcode',
  'field.code': 'Code',
  'field.phone': 'Phone number',
  'field.phone.hint': 'With its country code, such as +49 151 23456789',
  'field.address': 'Address',
  'field.name': 'Name',
  'field.recoveryCode': 'Recovery code',
  'field.recoveryCode.hint': 'Letters and digits; dashes and case do not matter.',
  'field.remember': 'Remember this browser for {duration}',
  'field.remember.hint': 'Not on a computer that others use.',

  'login.submit': 'Log in',

  'challenge.sent': 'We have sent a code to {address}.',
  'challenge.app': 'Open your authenticator app and type the code that it shows for this account.',
  'challenge.own': 'Type the code of your method: {method}.',
  'challenge.attempts': 'Attempts left: {count}',
  'challenge.submit': 'Continue',
  'challenge.resend': 'Send a new code',
  'challenge.resendIn': 'No code? You can ask for a new one in {duration}.',
  'challenge.other': 'Use another method',
  'challenge.lost': 'I cannot use this method',

  'select.lead': 'Choose one of your methods.',
  'select.preferred': 'preferred',
  'select.lost': 'I cannot use any of these',

  'rescue.lead': 'There are other ways in.',
  'rescue.none': 'There is no other way in for your account. Try again later, or ask whoever runs this site.',
  'rescue.recovery_code': 'Use a recovery code',
  'rescue.recovery_code.about': 'One of the codes that you have stored.',
  'rescue.email': 'Get a code by mail',
  'rescue.email.about': 'To the address of your account.',
  'rescue.help': 'Ask for help',
  'rescue.help.about': 'The administrators are told, and will get in touch with you.',
  'rescue.helpSent': 'The administrators have been told. They will get in touch with you.',

  'recovery.lead': 'Each of your recovery codes works once, in place of your usual method.',

  'verify.lead': 'Before you change how you log in, confirm once more that it’s you.',
  'verify.none':
    'Nothing that you have set up can be used after this login. Log out, and log in in another way.',

  'setup.lead': 'After your password, a second step keeps others out of your account.',
  'setup.methods': 'Your methods',
  'setup.preferred': 'Preferred',
  'setup.unusable': 'Cannot be used right now',
  'setup.since': 'Set up on {day}',
  'setup.lastUsed': 'last used on {day}',
  'setup.change': 'Change {name}',
  'setup.rename': 'Rename',
  'setup.prefer': 'Make it the preferred one',
  'setup.remove': 'Remove',
  'setup.removeHint': 'It is removed at once.',
  'setup.add': 'Add a method',
  'setup.replace': 'Replace the preferred method',
  'setup.recoveryCodes': 'Recovery codes',
  'setup.codesLeft': 'Codes left: {count}',
  'setup.manageCodes': 'Manage recovery codes',
  'setup.devices': 'Remembered browsers',
  'setup.devicesCount': 'Browsers that are not asked for a code: {count}',
  'setup.manageDevices': 'Manage browsers',
  'setup.disable': 'Switch off two-step login',
  'setup.disableAbout':
    'All methods, recovery codes and remembered browsers are removed. From then on your password alone lets anyone in.',

  'choose.first':
    'A second step protects your account, also from those who know your password. How should it work?',
  'choose.required': 'Your account needs a second step. How should it work?',
  'choose.add': 'The new method is added to those that you have.',
  'choose.replace': 'The new method takes the place of {name} once you have confirmed it.',
  'choose.none': 'There is no method that you can set up here.',
  'choose.authenticator': 'Set up an authenticator app',
  'choose.email': 'Mail me a code',
  'choose.sms': 'Text me a code',
  'choose.other': 'Set up {method}',

  'confirm.scan': 'Scan this with your authenticator app',
  'confirm.qr': 'QR code for an authenticator app. The key below says the same.',
  'confirm.manual': 'Or type this key into the app',
  'confirm.key': 'Key',
  'confirm.issuer': 'Issuer',
  'confirm.account': 'Account',
  'confirm.then': 'Then type the code that the app shows.',
  'confirm.shownOnce': 'The key was shown once. If your app does not have it, start again.',
  'confirm.submit': 'Confirm',
  'confirm.restart': 'Start again',

  'recoveryCodes.lead': 'A recovery code lets you in when your method is lost or broken. Each works once.',
  'recoveryCodes.none': 'You have no recovery codes. Make some now, and you cannot lock yourself out.',
  'recoveryCodes.left': 'Codes left: {count}',
  'recoveryCodes.make': 'Make recovery codes',
  'recoveryCodes.renew': 'Make new codes',
  'recoveryCodes.renewHint': 'The codes that you have now will no longer work.',
  'recoveryCodes.later': 'Not now',

  'newRecoveryCodes.lead': 'Store them where you find them without your phone. They are shown this one time.',
  'newRecoveryCodes.list': 'Recovery codes',
  'newRecoveryCodes.for': '{product}, {user}',
  'newRecoveryCodes.download': 'Download as a file',
  'newRecoveryCodes.print': 'Print',
  'newRecoveryCodes.copy': 'Copy',
  'newRecoveryCodes.copied': 'Copied',
  'newRecoveryCodes.stored': 'I have stored these codes',
  'newRecoveryCodes.continue': 'Continue',
  'newRecoveryCodes.file': 'Recovery codes of {user} at {product}. Each works once.',

  'devices.lead': 'On these browsers you log in without a code.',
  'devices.none': 'No browser is remembered. A code is asked for at each login.',
  'devices.browser': 'Browser remembered on {day}',
  'devices.lastUsed': 'Last used on {day}',
  'devices.until': 'Remembered until {day}',
  'devices.revoke': 'Forget it',

  'logout.lead': 'Do you want to log out?',

  'error.status': 'Error {status}',
  'error.login': 'Go to the login',
  'error.home': 'Go on',
  'error.setup': 'Go to your two-step login',
} as const

/** The English texts. */
export const defaultPageCatalog: PageCatalog = Object.freeze({ ...titles, ...texts })
