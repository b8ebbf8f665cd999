/* ouioed-auth.c - who may do what: tokens, what they allow, and which are known
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-auth.h"

#include <string.h>
#include <sys/stat.h>

#include "ouioe-error.h"

#define LOOK_US              G_USEC_PER_SEC
#define CREDENTIAL           "token"
#define MAX_CREDENTIAL_BYTES 4096

/* By what a changed file is known: a file that was replaced is another one. */
typedef struct {
  gboolean        exists;
  dev_t           device;
  ino_t           inode;
  off_t           size;
  struct timespec changed;
} FileState;

struct _OuioedAuth
{
  GPtrArray  *tokens;      /* of OuioeToken */
  GHashTable *by_id;       /* the same, to ask for those behind grants */
  char       *path;        /* of the file; NULL until it was read */
  FileState   state;       /* of the file when it was read, well or not */
  gint64      looked_us;   /* monotonic; when the file was last looked at */
};

/* ---- what a caller may do ---- */

OuioedGrant *
ouioed_grant_new (const OuioeToken *token)
{
  OuioedGrant *self = g_new0 (OuioedGrant, 1);

  self->ref_count = 1;
  self->id = g_strdup (token->id);
  self->scopes = token->scopes;
  self->session_prefix = g_strdup (token->session_prefix);
  memcpy (self->hash, token->hash, sizeof self->hash);
  return self;
}

OuioedGrant *
ouioed_grant_ref (OuioedGrant *self)
{
  if (self != NULL)
    self->ref_count++;
  return self;
}

void
ouioed_grant_unref (OuioedGrant *self)
{
  if (--self->ref_count > 0)
    return;
  g_free (self->id);
  g_free (self->session_prefix);
  g_free (self);
}

gboolean
ouioed_grant_allows (const OuioedGrant *self, OuioeScopes scope)
{
  return self == NULL || (self->scopes & (scope | OUIOE_SCOPE_ADMIN)) != 0;
}

gboolean
ouioed_grant_covers (const OuioedGrant *self, const char *session_id)
{
  return self == NULL || self->session_prefix == NULL || g_str_has_prefix (session_id, self->session_prefix);
}

/* ---- the tokens that are known ---- */

OuioedAuth *
ouioed_auth_new (void)
{
  OuioedAuth *self = g_new0 (OuioedAuth, 1);

  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_token_free);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

void
ouioed_auth_free (OuioedAuth *self)
{
  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->tokens);
  g_free (self->path);
  g_free (self);
}

static void
get_state (const char *path, FileState *state)
{
  struct stat info;

  memset (state, 0, sizeof *state);
  if (stat (path, &info) != 0)
    return;
  state->exists = TRUE;
  state->device = info.st_dev;
  state->inode = info.st_ino;
  state->size = info.st_size;
  /* Not only when it was written: a file whose mode was put right has changed, too. */
  state->changed = info.st_ctim;
}

static gboolean
state_is (const FileState *a, const FileState *b)
{
  return a->exists == b->exists && a->device == b->device && a->inode == b->inode && a->size == b->size &&
         a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* What the service manager hands over: one text, and nothing is known of it but that it is a token. */
static gboolean
add_credential (GPtrArray *tokens, GError **error)
{
  const char *dir = g_getenv ("CREDENTIALS_DIRECTORY");
  g_autofree char *path = dir != NULL && *dir == '/' ? g_build_filename (dir, CREDENTIAL, NULL) : NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) local_error = NULL;
  struct stat info;
  OuioeToken *token;
  gsize len;

  if (path == NULL || stat (path, &info) != 0)
    return TRUE;
  /* The manager may let the service's user in by an access list, which shows as the group's bits. */
  if ((info.st_mode & 007) != 0 || info.st_size > MAX_CREDENTIAL_BYTES)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s may be read by everybody, or is no token", path);
      return FALSE;
    }
  if (!g_file_get_contents (path, &text, NULL, &local_error))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "Cannot read %s: %s", path, local_error->message);
      return FALSE;
    }

  g_strstrip (text);
  len = strlen (text);
  if (!ouioe_token_is_well_formed (text, len))
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                   "%s is no token: " OUIOE_TOKEN_PREFIX " and 43 to 64 of A-Z a-z 0-9 - _", path);
      return FALSE;
    }
  token = g_new0 (OuioeToken, 1);
  token->id = g_strdup ("credential");
  token->scopes = OUIOE_SCOPE_ADMIN;
  ouioe_token_hash (text, len, token->hash);
  explicit_bzero (text, len);
  g_ptr_array_insert (tokens, 0, token);
  return TRUE;
}

gboolean
ouioed_auth_load (OuioedAuth *self, const char *path, GError **error)
{
  g_autoptr(GPtrArray) tokens = NULL;

  if (self->path != path)
    {
      g_free (self->path);
      self->path = g_strdup (path);
    }
  /* Before it is read: what is written meanwhile is seen next time. */
  get_state (path, &self->state);
  tokens = ouioe_tokens_read (path, error);
  if (tokens == NULL || !add_credential (tokens, error))
    return FALSE;

  g_hash_table_remove_all (self->by_id);
  g_ptr_array_unref (self->tokens);
  self->tokens = g_steal_pointer (&tokens);
  for (guint i = 0; i < self->tokens->len; i++)
    g_hash_table_insert (self->by_id, ((OuioeToken *) self->tokens->pdata[i])->id, self->tokens->pdata[i]);
  return TRUE;
}

void
ouioed_auth_refresh (OuioedAuth *self, gint64 monotonic_us)
{
  g_autoptr(GError) error = NULL;
  FileState state;

  if (self->path == NULL || (self->looked_us != 0 && monotonic_us - self->looked_us < LOOK_US))
    return;
  self->looked_us = monotonic_us;
  get_state (self->path, &state);
  if (state_is (&state, &self->state))
    return;

  if (ouioed_auth_load (self, self->path, &error))
    g_message ("The tokens have changed: %u are known", self->tokens->len);
  else
    g_warning ("The tokens stay as they were: %s", error->message);
}

guint
ouioed_auth_get_n (OuioedAuth *self)
{
  return self->tokens->len;
}

OuioedGrant *
ouioed_auth_check (OuioedAuth *self, const char *text, gsize len, gint64 real_us)
{
  const OuioeToken *token;

  if (!ouioe_token_is_well_formed (text, len))
    return NULL;
  token = ouioe_tokens_find (self->tokens, text, len);
  if (token == NULL || (token->expires_us != 0 && token->expires_us <= real_us))
    return NULL;
  return ouioed_grant_new (token);
}

gboolean
ouioed_auth_is_good (OuioedAuth *self, const OuioedGrant *grant, gint64 real_us)
{
  const OuioeToken *token = g_hash_table_lookup (self->by_id, grant->id);

  return token != NULL && memcmp (token->hash, grant->hash, sizeof grant->hash) == 0 &&
         token->scopes == grant->scopes && g_strcmp0 (token->session_prefix, grant->session_prefix) == 0 &&
         (token->expires_us == 0 || token->expires_us > real_us);
}
