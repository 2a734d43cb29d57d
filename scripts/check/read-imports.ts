import { parseSync } from "oxc-parser";

/** One import as it stands in the source; `specifier` is null when it is computed. */
export type FoundImport = { specifier: string | null; line: number };

const SOURCE_OF: Record<string, string> = {
  ImportDeclaration: "source",
  ExportNamedDeclaration: "source",
  ExportAllDeclaration: "source",
  ImportExpression: "source",
  TSImportType: "source",
  TSExternalModuleReference: "expression",
};

type Node = { type: string; start: number } & Record<string, unknown>;
const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

function sourceOf(node: Node): unknown {
  const callee = node["callee"];
  const isRequire = node.type === "CallExpression" && isNode(callee) && callee["name"] === "require";
  if (isRequire) return Array.isArray(node["arguments"]) ? node["arguments"][0] : undefined;
  const field = SOURCE_OF[node.type];
  return field === undefined ? undefined : node[field];
}

/** A literal or a template without holes; anything else is known only at run time. */
function textOf(source: Node): string | null {
  const literal = source.type === "TSLiteralType" ? source["literal"] : source;
  if (!isNode(literal)) return null;
  if (typeof literal["value"] === "string") return literal["value"];
  const quasis = literal["quasis"];
  const only: unknown = Array.isArray(quasis) && quasis.length === 1 ? quasis[0] : null;
  const value = isNode(only) ? (only["value"] as { cooked?: string }) : null;
  return value?.cooked ?? null;
}

/**
 * Every way in which a file names another one: import and export declarations, `import type`, `import()`,
 * `import("...")` types, `require()`. Throws on a file that does not parse.
 */
export function readImports(file: string, code: string): FoundImport[] {
  const { program, errors } = parseSync(file, code);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file} does not parse: ${error.message}`);
  const found: FoundImport[] = [];
  const pending: Node[] = [program as unknown as Node];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const source = sourceOf(node);
    if (isNode(source)) {
      const line = code.slice(0, node.start).split("\n").length;
      found.push({ specifier: textOf(source), line });
    }
    pending.push(...childrenOf(node));
  }
  return found.sort((a, b) => a.line - b.line);
}
