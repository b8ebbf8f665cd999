/* ouioe-token.h - tokens that let a program in from another machine, and the file that keeps them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Private: for the daemon, which checks tokens, and for the command line, which makes and revokes them. Not part of
 * libouioe; linked from token_dep.
 *
 * A token is a text of 256 random bits behind a fixed prefix, by which scanners find one that leaked. The file holds
 * only its SHA-256, so nobody who reads the file can use what stands there. A line is a JSON object:
 *
 *   {"id":"9f3c21d0","sha256":"…64 hex digits…","scopes":["read","write"],"session_prefix":"ci-",
 *    "created":"2026-11-23T01:11:03Z","expires":"2027-11-23T01:11:03Z","note":"build machine"}
 *
 * session_prefix, expires and note may be absent; anything else is refused, for it might be a limit that would be
 * overlooked. Empty lines and lines that begin with # are passed over.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define OUIOE_TOKEN_PREFIX      "ouioe_"
#define OUIOE_TOKEN_HASH_BYTES  32
#define OUIOE_MAX_TOKENS        1000
#define OUIOE_MAX_TOKEN_NOTE    200     /* bytes */

/* What a token is good for. Admin includes the others; read and write do not include each other. */
typedef enum {
  OUIOE_SCOPE_NONE  = 0,
  OUIOE_SCOPE_READ  = 1 << 0,
  OUIOE_SCOPE_WRITE = 1 << 1,
  OUIOE_SCOPE_ADMIN = 1 << 2,
} OuioeScopes;

typedef struct {
  char        *id;                /* by which people name it; no secret */
  guint8       hash[OUIOE_TOKEN_HASH_BYTES];
  OuioeScopes  scopes;
  char        *session_prefix;    /* only sessions whose ids begin so; NULL for all */
  gint64       created_us;
  gint64       expires_us;        /* from then on it is refused; 0 for never */
  char        *note;              /* NULL for none */
} OuioeToken;

void        ouioe_token_free           (OuioeToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OuioeToken, ouioe_token_free)

/* ---- ouioe-token.c: the text ---- */

/* 256 random bits as base64url, without the prefix; NULL when the system has none to give. */
char       *ouioe_token_dup_random     (GError **error);
gboolean    ouioe_token_is_well_formed (const char *text, gsize len);
void        ouioe_token_hash           (const char *text, gsize len, guint8 hash[OUIOE_TOKEN_HASH_BYTES]);
/* Whether two secrets of @len bytes are the same; takes the same time when they are not. */
gboolean    ouioe_token_equal          (const guint8 *a, const guint8 *b, gsize len);
/* (transfer none) (nullable): the one of @tokens (of OuioeToken) whose text this is; looks at all of them, always. */
const OuioeToken *ouioe_tokens_find    (GPtrArray *tokens, const char *text, gsize len);
/* "read,write"; FALSE when a word is unknown or there is none. */
gboolean    ouioe_scopes_parse         (const char *text, OuioeScopes *scopes);
char       *ouioe_scopes_to_string     (OuioeScopes scopes);

/* ---- ouioe-token-file.c: the file ---- */

/* "tokens" in @state_dir; without one in $STATE_DIRECTORY, or $XDG_STATE_HOME/ouioe. */
char       *ouioe_tokens_dup_path      (const char *state_dir);
/* (transfer full): of OuioeToken, in the order of the file; empty when there is no file. A file that others than its
 * owner may read, and one with a line that cannot be used, is refused with OUIOE_ERROR_CONFIGURATION. */
GPtrArray  *ouioe_tokens_read          (const char *path, GError **error);
/* (transfer full): the text of a new token, which is kept nowhere. Of @draft everything but id, hash and created_us is
 * taken. @id (out) (transfer full) (nullable). The file is replaced in one step, under a lock. */
char       *ouioe_tokens_create        (const char *path, const OuioeToken *draft, char **id, GError **error);
/* OUIOE_ERROR_NOT_FOUND when no token has this id. */
gboolean    ouioe_tokens_revoke        (const char *path, const char *id, GError **error);

G_END_DECLS
