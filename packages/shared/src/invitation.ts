import { z } from "zod";
import { pageQuery, sortQuery, textQuery } from "./list.ts";
import { MEMBER_ROLES } from "./role.ts";
import { emailSchema } from "./user.ts";

/** So many may wait in a workspace. */
export const INVITATIONS_AT_MOST = 50;

/** How long the link in an invitation is good for, in ms. */
export const INVITATION_LIFETIME_MS = 7 * 24 * 3_600_000;

export const invitationCreateSchema = z.strictObject({ email: emailSchema, role: z.enum(MEMBER_ROLES) });

export const invitationSchema = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: z.enum(MEMBER_ROLES),
    invited_by: z.string().describe("The name of who invites"),
    expires_at: z.iso.datetime(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: "Invitation" });
export type InvitationView = z.infer<typeof invitationSchema>;

const INVITATION_SORTS = ["created_at", "email", "role", "expires_at"] as const;
export type InvitationSort = (typeof INVITATION_SORTS)[number];

export const invitationListQuery = z.strictObject({
  ...pageQuery,
  sort: sortQuery(INVITATION_SORTS, "-created_at"),
  role: z.enum(MEMBER_ROLES).optional(),
  q: textQuery("the address"),
});
export type InvitationListQuery = z.infer<typeof invitationListQuery>;

/** An invitation as whoever holds its token sees it. */
export const receivedInvitationSchema = invitationSchema
  .pick({ email: true, role: true, invited_by: true, expires_at: true })
  .extend({ workspace_name: z.string() })
  .meta({ id: "ReceivedInvitation" });
export type ReceivedInvitation = z.infer<typeof receivedInvitationSchema>;
