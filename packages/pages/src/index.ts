export { html } from 'hono/html'
export { defaultPageCatalog, type PageCatalog, type PageMessageKey } from './catalog.ts'
export { createPages, type HostPage, type TwoFactorPages } from './create-pages.ts'
export type { PagesOptions } from './options.ts'
export { defaultTemplates } from './templates/default-templates.ts'
export { layout } from './templates/layout.ts'
export type { Values } from './texts.ts'
export type {
  AppKey,
  Challenge,
  ChallengeView,
  ChooseView,
  Choosing,
  ConfirmView,
  DevicesView,
  ErrorView,
  Frame,
  Html,
  Layout,
  LoginView,
  LogoutView,
  NewRecoveryCodesView,
  PageName,
  PageViews,
  Problem,
  Product,
  RecoveryCodesView,
  RecoveryView,
  RescueView,
  SelectView,
  SetupView,
  Template,
  Templates,
  VerifyView,
  View,
} from './view.ts'
