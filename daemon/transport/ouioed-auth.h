/* ouioed-auth.h - who may do what: tokens, what they allow, and which are known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * No text of a token is kept, logged or shown: what comes in is hashed, compared and forgotten.
 */
#pragma once

#include "ouioe-token.h"

G_BEGIN_DECLS

/* The text of MESSAGE_ID when a token or a ticket was refused. */
#define OUIOED_MESSAGE_REFUSED "2b8d0f3d7c5e4bb29a3f6f6f3a6c1d57"

/* Where a token is asked for. The words of the configuration are in this order. */
typedef enum {
  OUIOED_AUTH_AUTO,        /* on addresses that other machines reach */
  OUIOED_AUTH_REQUIRED,    /* on every address of the network, loopback included */
  OUIOED_AUTH_OFF,         /* nowhere; for daemons that only this machine reaches */
} OuioedAuthMode;

/* ---- what a caller may do ---- */

/* Taken from a token when it was checked; goes with a request, a ticket or a reader. NULL: there is no limit. */
typedef struct {
  guint        ref_count;
  char        *id;                /* of the token, for logs */
  OuioeScopes  scopes;
  char        *session_prefix;    /* NULL for all sessions */
  guint8       hash[OUIOE_TOKEN_HASH_BYTES];
} OuioedGrant;

OuioedGrant *ouioed_grant_new    (const OuioeToken *token);
OuioedGrant *ouioed_grant_ref    (OuioedGrant *self);     /* @self (nullable) */
void         ouioed_grant_unref  (OuioedGrant *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedGrant, ouioed_grant_unref)
/* @self (nullable) in both. Admin is good for everything. */
gboolean     ouioed_grant_allows (const OuioedGrant *self, OuioeScopes scope);
gboolean     ouioed_grant_covers (const OuioedGrant *self, const char *session_id);

/* ---- the tokens that are known ---- */

typedef struct _OuioedAuth OuioedAuth;

OuioedAuth  *ouioed_auth_new     (void);
void         ouioed_auth_free    (OuioedAuth *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioedAuth, ouioed_auth_free)
/* Reads the file of tokens, and $CREDENTIALS_DIRECTORY/token: one token that may do everything. When something in there
 * cannot be used, all stays as it was. */
gboolean     ouioed_auth_load    (OuioedAuth *self, const char *path, GError **error);
/* Loads again when the file has changed; looks at most once a second. */
void         ouioed_auth_refresh (OuioedAuth *self, gint64 monotonic_us);
/* Tokens that are known, expired ones included. */
guint        ouioed_auth_get_n   (OuioedAuth *self);
/* (transfer full): NULL when the text is no token that is known and still good. @real_us: wall clock. */
OuioedGrant *ouioed_auth_check   (OuioedAuth *self, const char *text, gsize len, gint64 real_us);
/* Whether the token behind @grant is still known, with the same limits, and good. */
gboolean     ouioed_auth_is_good (OuioedAuth *self, const OuioedGrant *grant, gint64 real_us);

G_END_DECLS
