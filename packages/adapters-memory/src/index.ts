export { type AuditLog, memoryStore } from './memory-store.ts'
