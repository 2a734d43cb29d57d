import { describe, expect, it } from "vitest";
import { roleAllows, roleCovers, ROLES, type Access, type Role } from "./role.ts";

const ACCESSES: Access[] = ["read", "write", "admin", "report"];

describe("a role's rights", () => {
  it.each<[Role, Access[]]>([
    ["ADMIN", ["read", "write", "admin", "report"]],
    ["USER", ["read", "write", "report"]],
    ["VIEWER", ["read"]],
    ["INGEST", ["report"]],
  ])("%s: %j and nothing else", (role, rights) => {
    expect(ACCESSES.filter((access) => roleAllows(role, access))).toEqual(rights);
  });
});

describe("a role covers another", () => {
  it.each<[Role, Role[]]>([
    ["ADMIN", ["ADMIN", "USER", "VIEWER", "INGEST"]],
    ["USER", ["USER", "VIEWER", "INGEST"]],
    ["VIEWER", ["VIEWER"]],
    ["INGEST", ["INGEST"]],
  ])("%s covers %j: nobody makes a key with more rights than their own", (role, covered) => {
    expect(ROLES.filter((other) => roleCovers(role, other))).toEqual(covered);
  });
});
