import { resolve } from 'node:path'
import {
  isClassDeclaration,
  isInterfaceDeclaration,
  isIntersectionTypeNode,
  isJSDoc,
  isLiteralTypeNode,
  isParenthesizedTypeNode,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeLiteralNode,
  isTypeReferenceNode,
  isUnionTypeNode,
  type JSDoc,
  type Node,
  type SourceFile,
  type TypeNode,
} from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'

/** A field of an object type, as its declaration has it. */
export interface Field {
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
  readonly doc: string
}

/** The declarations of one source file. */
export interface Declarations {
  /** The comment on an interface, a type or a class. */
  docOf(name: string): string
  /** The fields of an interface. */
  fieldsOf(name: string): readonly Field[]
  /** The members of a union of object types, each with the comment on it and its fields. */
  variantsOf(name: string): readonly { readonly doc: string; readonly fields: readonly Field[] }[]
  /** The names of the classes that extend another. */
  subclassesOf(name: string): readonly string[]
  /** The string literals in the type arguments that a class passes to the one it extends. */
  codesOf(name: string): readonly string[]
}

const PROJECT = 'packages/core/tsconfig.json'

/**
 * Reads declarations of core by TypeScript's own parser. Its interface is not a stable one yet; the version is
 * pinned, and whatever it no longer gives is an error here.
 */
export function readDeclarations<Result>(read: (file: (path: string) => Declarations) => Result): Result {
  const api = new API({ cwd: process.cwd() })
  try {
    const snapshot = api.updateSnapshot({ openProject: resolve(PROJECT) })
    const program = snapshot.getProjects()[0]?.program
    return read((path) => {
      const source = program?.getSourceFile(resolve('packages/core/src', path))
      if (source === undefined) throw new Error(`core has no file ${path}`)
      return declarationsOf(source)
    })
  } finally {
    api.close()
  }
}

function declarationsOf(source: SourceFile): Declarations {
  const text = (node: Node): string => node.getText(source).replaceAll(/\s+/g, ' ')
  const find = (name: string) => {
    const found = source.statements.find(
      (node) =>
        (isInterfaceDeclaration(node) || isTypeAliasDeclaration(node) || isClassDeclaration(node)) &&
        node.name?.text === name,
    )
    if (found === undefined) throw new Error(`${source.fileName} does not declare ${name}`)
    return found
  }

  const fields = (members: readonly Node[]): readonly Field[] =>
    members.filter(isPropertySignatureDeclaration).map((member) => ({
      name: text(member.name),
      type: member.type === undefined ? 'unknown' : text(member.type),
      isOptional: member.postfixToken !== undefined,
      doc: docOf(member),
    }))

  /** The fields of an object type, also one that is put together of several. */
  const fieldsOfType = (type: TypeNode): readonly Field[] => {
    if (isParenthesizedTypeNode(type)) return fieldsOfType(type.type)
    if (isTypeLiteralNode(type)) return fields([...type.members])
    if (isIntersectionTypeNode(type)) return type.types.flatMap(fieldsOfType)
    if (isTypeReferenceNode(type)) {
      const named = find(text(type.typeName))
      return isTypeAliasDeclaration(named) ? fieldsOfType(named.type) : fieldsOfNamed(named)
    }
    throw new Error(`not an object type: ${text(type)}`)
  }
  const fieldsOfNamed = (node: Node): readonly Field[] => {
    if (isInterfaceDeclaration(node)) return fields([...node.members])
    throw new Error(`not an interface: ${text(node).slice(0, 40)}`)
  }

  return {
    docOf: (name) => docOf(find(name)),
    fieldsOf: (name) => fieldsOfNamed(find(name)),
    variantsOf(name) {
      const node = find(name)
      if (!isTypeAliasDeclaration(node)) throw new Error(`not a type: ${name}`)
      const members = isUnionTypeNode(node.type) ? [...node.type.types] : [node.type]
      return members.map((type) => ({ doc: docOf(type), fields: fieldsOfType(type) }))
    },
    subclassesOf: (name) =>
      source.statements
        .filter(isClassDeclaration)
        .filter((node) => node.heritageClauses?.some((clause) => text(clause).startsWith(`extends ${name}`)))
        .map((node) => node.name?.text ?? ''),
    codesOf(name) {
      const node = find(name)
      if (!isClassDeclaration(node)) throw new Error(`not a class: ${name}`)
      const argument = node.heritageClauses?.[0]?.types[0]?.typeArguments?.[0]
      if (argument === undefined) return []
      const literals = isUnionTypeNode(argument) ? [...argument.types] : [argument]
      return literals.filter(isLiteralTypeNode).map((literal) => text(literal).replaceAll("'", ''))
    },
  }
}

/** The comment on a node, as one paragraph. Tags are left out. */
function docOf(node: Node): string {
  const doc = node.jsDoc?.filter(isJSDoc).at(-1)
  return doc === undefined ? '' : commentText(doc).replaceAll(/\s+/g, ' ').trim()
}

function commentText({ comment }: JSDoc): string {
  if (comment === undefined) return ''
  return typeof comment === 'string'
    ? comment
    : [...comment].map((part) => ('text' in part ? part.text : '')).join('')
}
