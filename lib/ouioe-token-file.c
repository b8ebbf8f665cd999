/* ouioe-token-file.c - the file that keeps tokens: read, added to, taken from
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-token.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ouioe-error.h"

#define MAX_FILE_BYTES (1 << 20)
#define MAX_PREFIX     256      /* of a session id */

char *
ouioe_tokens_dup_path (const char *state_dir)
{
  const char *given = g_getenv ("STATE_DIRECTORY");    /* of a service manager: a list, ours is the first */
  g_autofree char *first = NULL;

  if (state_dir != NULL && *state_dir != '\0')
    return g_build_filename (state_dir, "tokens", NULL);
  if (given == NULL || *given != '/')
    return g_build_filename (g_get_user_state_dir (), "ouioe", "tokens", NULL);
  first = g_strndup (given, strcspn (given, ":"));
  return g_build_filename (first, "tokens", NULL);
}

static gboolean
fail (GError **error, const char *what, const char *path)
{
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s %s: %s", what, path, g_strerror (errno));
  return FALSE;
}

/* ---- a line ---- */

static gboolean
read_time (const char *text, gint64 *time_us)
{
  g_autoptr(GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  if (time == NULL)
    return FALSE;
  *time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC;
  return TRUE;
}

static void
write_time (json_t *object, const char *name, gint64 time_us)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%dT%H:%M:%SZ") : NULL;

  if (text != NULL)
    json_object_set_new (object, name, json_string (text));
}

static gboolean
read_hash (const char *text, guint8 hash[OUIOE_TOKEN_HASH_BYTES])
{
  if (text == NULL || strlen (text) != 2 * OUIOE_TOKEN_HASH_BYTES)
    return FALSE;
  for (guint i = 0; i < OUIOE_TOKEN_HASH_BYTES; i++)
    {
      int high = g_ascii_xdigit_value (text[2 * i]);
      int low = g_ascii_xdigit_value (text[2 * i + 1]);

      if (high < 0 || low < 0)
        return FALSE;
      hash[i] = (guint8) (high * 16 + low);
    }
  return TRUE;
}

static gboolean
read_scopes (json_t *value, OuioeScopes *scopes)
{
  g_autoptr(GString) words = g_string_new (NULL);
  json_t *word;
  size_t i;

  if (!json_is_array (value))
    return FALSE;
  json_array_foreach (value, i, word)
    {
      if (!json_is_string (word))
        return FALSE;
      g_string_append_printf (words, "%s%s", i > 0 ? "," : "", json_string_value (word));
    }
  return ouioe_scopes_parse (words->str, scopes);
}

/* What is wrong with the member, or NULL. */
static const char *
read_member (OuioeToken *token, const char *name, json_t *value)
{
  const char *text = json_string_value (value);

  if (strcmp (name, "sha256") == 0)
    return read_hash (text, token->hash) ? NULL : "sha256 must be 64 hex digits";
  if (strcmp (name, "scopes") == 0)
    return read_scopes (value, &token->scopes) ? NULL : "scopes must be a list of read, write and admin";
  if (strcmp (name, "created") == 0)
    return read_time (text, &token->created_us) ? NULL : "created must be a time like 2026-11-23T01:11:03Z";
  if (strcmp (name, "expires") == 0)
    return read_time (text, &token->expires_us) ? NULL : "expires must be a time like 2026-11-23T01:11:03Z";
  if (text == NULL)
    return "only id, sha256, scopes, session_prefix, created, expires and note are known";

  if (strcmp (name, "id") == 0)
    token->id = g_strdup (text);
  else if (strcmp (name, "session_prefix") == 0)
    token->session_prefix = g_strdup (text);
  else if (strcmp (name, "note") == 0)
    token->note = g_strdup (text);
  else
    return "only id, sha256, scopes, session_prefix, created, expires and note are known";
  return NULL;
}

static OuioeToken *
read_token (const char *line, const char **wrong)
{
  g_autoptr(OuioeToken) token = g_new0 (OuioeToken, 1);
  json_t *object = json_loads (line, JSON_REJECT_DUPLICATES, NULL);
  const char *name;
  json_t *value;

  *wrong = json_is_object (object) ? NULL : "not a JSON object";
  if (*wrong == NULL && (json_object_get (object, "id") == NULL || json_object_get (object, "sha256") == NULL ||
                         json_object_get (object, "scopes") == NULL))
    *wrong = "id, sha256 and scopes must be there";
  if (*wrong == NULL)
    {
      json_object_foreach (object, name, value)
        if (*wrong == NULL)
          *wrong = read_member (token, name, value);
    }
  json_decref (object);
  return *wrong == NULL ? g_steal_pointer (&token) : NULL;
}

static char *
write_token (const OuioeToken *token)
{
  g_autofree char *scopes = ouioe_scopes_to_string (token->scopes);
  g_auto(GStrv) words = g_strsplit (scopes, ",", -1);
  char hash[2 * OUIOE_TOKEN_HASH_BYTES + 1];
  json_t *object = json_object ();
  json_t *list = json_array ();
  char *dumped, *line;

  for (guint i = 0; i < OUIOE_TOKEN_HASH_BYTES; i++)
    g_snprintf (hash + 2 * i, 3, "%02x", token->hash[i]);
  for (guint i = 0; words[i] != NULL; i++)
    json_array_append_new (list, json_string (words[i]));
  json_object_set_new (object, "id", json_string (token->id));
  json_object_set_new (object, "sha256", json_string (hash));
  json_object_set_new (object, "scopes", list);
  if (token->session_prefix != NULL)
    json_object_set_new (object, "session_prefix", json_string (token->session_prefix));
  write_time (object, "created", token->created_us);
  if (token->expires_us != 0)
    write_time (object, "expires", token->expires_us);
  if (token->note != NULL)
    json_object_set_new (object, "note", json_string (token->note));
  dumped = json_dumps (object, JSON_COMPACT);
  line = g_strconcat (dumped, "\n", NULL);
  free (dumped);
  json_decref (object);
  return line;
}

/* ---- reading ---- */

/* All of the file, NULL with an error, or "" when there is none. */
static char *
read_text (const char *path, GError **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[16384];
  struct stat info;
  gssize n = -1;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

  if (fd < 0 && errno == ENOENT)
    return g_strdup ("");
  if (fd < 0)
    {
      fail (error, "Cannot read", path);
      return NULL;
    }

  if (fstat (fd, &info) != 0)
    fail (error, "Cannot read", path);
  else if (!S_ISREG (info.st_mode))
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s is not a file", path);
  else if ((info.st_mode & 077) != 0)
    g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION,
                 "%s holds tokens and may be used by others (mode %04o): chmod 600 it", path,
                 (guint) info.st_mode & 07777);
  else
    {
      while ((n = read (fd, buffer, sizeof buffer)) > 0 && text->len <= MAX_FILE_BYTES)
        g_string_append_len (text, buffer, n);
      if (n < 0)
        fail (error, "Cannot read", path);
      else if (text->len > MAX_FILE_BYTES)
        g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s is larger than 1 MiB", path);
    }
  close (fd);
  return n == 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

GPtrArray *
ouioe_tokens_read (const char *path, GError **error)
{
  g_autoptr(GPtrArray) tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) ouioe_token_free);
  g_autofree char *text = read_text (path, error);
  g_auto(GStrv) lines = text != NULL ? g_strsplit (text, "\n", -1) : NULL;

  if (text == NULL)
    return NULL;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *wrong = "more than 1000 tokens";
      OuioeToken *token = NULL;

      g_strstrip (lines[i]);
      if (lines[i][0] == '\0' || lines[i][0] == '#')
        continue;
      if (tokens->len < OUIOE_MAX_TOKENS)
        token = read_token (lines[i], &wrong);
      if (token == NULL)
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s:%u: %s", path, i + 1, wrong);
          return NULL;
        }
      g_ptr_array_add (tokens, token);
    }
  return g_steal_pointer (&tokens);
}

/* ---- writing ---- */

/* The file keeps its owner, and a new one gets that of its directory: so an administrator may make tokens for a
 * daemon that runs as somebody else. */
static gboolean
give_to_owner (int fd, const char *path)
{
  g_autofree char *dir = g_path_get_dirname (path);
  struct stat info;

  if (geteuid () != 0 || (stat (path, &info) != 0 && stat (dir, &info) != 0))
    return TRUE;
  return fchown (fd, info.st_uid, info.st_gid) == 0;
}

/* Held while the file is read and replaced. The file itself cannot carry the lock: it is another one afterwards. */
static int
lock (const char *path, GError **error)
{
  g_autofree char *name = g_strconcat (path, ".lock", NULL);
  g_autofree char *dir = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (dir, 0700) != 0)
    {
      fail (error, "Cannot make", dir);
      return -1;
    }
  fd = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || !give_to_owner (fd, path) || flock (fd, LOCK_EX) != 0)
    {
      fail (error, "Cannot lock", name);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  return fd;
}

static gboolean
write_all (int fd, const char *data, gsize len)
{
  while (len > 0)
    {
      gssize n = write (fd, data, len);

      if (n < 0 && errno != EINTR)
        return FALSE;
      data += MAX (n, 0);
      len -= (gsize) MAX (n, 0);
    }
  return TRUE;
}

static gboolean
replace (const char *path, GPtrArray *tokens, GError **error)
{
  g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
  g_autoptr(GString) text = g_string_new ("# Tokens of ouioed, one a line, as SHA-256; made by ouioectl token\n");
  gboolean good;
  int fd;

  for (guint i = 0; i < tokens->len; i++)
    {
      g_autofree char *line = write_token (tokens->pdata[i]);

      g_string_append (text, line);
    }

  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail (error, "Cannot write", temporary);
  good = give_to_owner (fd, path) && write_all (fd, text->str, text->len) && fsync (fd) == 0;
  good = close (fd) == 0 && good && rename (temporary, path) == 0;
  if (!good)
    {
      fail (error, "Cannot write", path);
      unlink (temporary);
    }
  return good;
}

static const char *
check_draft (const OuioeToken *draft)
{
  if ((draft->scopes & (OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE | OUIOE_SCOPE_ADMIN)) == 0)
    return "A token needs a scope: read, write or admin";
  if (draft->note != NULL && (strlen (draft->note) > OUIOE_MAX_TOKEN_NOTE || !g_utf8_validate (draft->note, -1, NULL)))
    return "A note is at most 200 bytes of UTF-8";
  if (draft->session_prefix != NULL && (*draft->session_prefix == '\0' || strlen (draft->session_prefix) > MAX_PREFIX ||
                                        !g_utf8_validate (draft->session_prefix, -1, NULL)))
    return "A session prefix is 1 to 256 bytes of UTF-8";
  return NULL;
}

static gboolean
add_new (const char *path, GPtrArray *tokens, const OuioeToken *draft, const char *text, GError **error)
{
  OuioeToken *token = g_new0 (OuioeToken, 1);

  ouioe_token_hash (text, strlen (text), token->hash);
  token->id = g_strdup_printf ("%02x%02x%02x%02x", token->hash[0], token->hash[1], token->hash[2], token->hash[3]);
  token->scopes = draft->scopes;
  token->session_prefix = g_strdup (draft->session_prefix);
  token->created_us = g_get_real_time ();
  token->expires_us = draft->expires_us;
  token->note = g_strdup (draft->note);
  g_ptr_array_add (tokens, token);
  if (tokens->len > OUIOE_MAX_TOKENS)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "%s holds %d tokens: revoke some", path,
                   OUIOE_MAX_TOKENS);
      return FALSE;
    }
  return replace (path, tokens, error);
}

char *
ouioe_tokens_create (const char *path, const OuioeToken *draft, char **id, GError **error)
{
  g_autofree char *secret = ouioe_token_dup_random (error);
  g_autofree char *text = secret != NULL ? g_strconcat (OUIOE_TOKEN_PREFIX, secret, NULL) : NULL;
  g_autoptr(GPtrArray) tokens = NULL;
  const char *wrong = check_draft (draft);
  gboolean done;
  int fd;

  if (text == NULL)
    return NULL;
  if (wrong != NULL)
    {
      g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, wrong);
      return NULL;
    }
  fd = lock (path, error);
  if (fd < 0)
    return NULL;

  tokens = ouioe_tokens_read (path, error);
  done = tokens != NULL && add_new (path, tokens, draft, text, error);
  close (fd);
  if (!done)
    return NULL;
  if (id != NULL)
    *id = g_strdup (((OuioeToken *) tokens->pdata[tokens->len - 1])->id);
  return g_steal_pointer (&text);
}

static gboolean
remove_one (const char *path, GPtrArray *tokens, const char *id, GError **error)
{
  for (guint i = 0; i < tokens->len; i++)
    if (strcmp (((OuioeToken *) tokens->pdata[i])->id, id) == 0)
      {
        g_ptr_array_remove_index (tokens, i);
        return replace (path, tokens, error);
      }
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_NOT_FOUND, "%s has no token %s", path, id);
  return FALSE;
}

gboolean
ouioe_tokens_revoke (const char *path, const char *id, GError **error)
{
  g_autoptr(GPtrArray) tokens = NULL;
  gboolean done;
  int fd = lock (path, error);

  if (fd < 0)
    return FALSE;
  tokens = ouioe_tokens_read (path, error);
  done = tokens != NULL && remove_one (path, tokens, id, error);
  close (fd);
  return done;
}
