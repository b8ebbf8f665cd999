/* ouioe-token.c - the text of a token: made, checked, compared
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-token.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "ouioe-error.h"

#define SECRET_BYTES 32
/* Of the text behind the prefix: 256 bits are 43 characters of base64url, or 64 hex digits. */
#define MIN_SECRET   43
#define MAX_SECRET   64

static const char *const scope_words[] = { "read", "write", "admin" };

void
ouioe_token_free (OuioeToken *self)
{
  g_free (self->id);
  g_free (self->session_prefix);
  g_free (self->note);
  g_free (self);
}

char *
ouioe_token_dup_random (GError **error)
{
  guint8 bytes[SECRET_BYTES];
  char *text;
  gsize have = 0;

  while (have < sizeof bytes)
    {
      gssize n = getrandom (bytes + have, sizeof bytes - have, 0);

      if (n > 0)
        have += (gsize) n;
      else if (errno != EINTR)
        {
          g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_INTERNAL, "The system gives no random numbers: %s",
                       g_strerror (errno));
          return NULL;
        }
    }

  text = g_base64_encode (bytes, sizeof bytes);
  text[strcspn (text, "=")] = '\0';
  return g_strdelimit (g_strdelimit (text, "+", '-'), "/", '_');
}

gboolean
ouioe_token_is_well_formed (const char *text, gsize len)
{
  gsize prefix = strlen (OUIOE_TOKEN_PREFIX);

  if (len < prefix + MIN_SECRET || len > prefix + MAX_SECRET || memcmp (text, OUIOE_TOKEN_PREFIX, prefix) != 0)
    return FALSE;
  for (gsize i = prefix; i < len; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '-' && text[i] != '_')
      return FALSE;
  return TRUE;
}

void
ouioe_token_hash (const char *text, gsize len, guint8 hash[OUIOE_TOKEN_HASH_BYTES])
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize n = OUIOE_TOKEN_HASH_BYTES;

  g_checksum_update (checksum, (const guchar *) text, (gssize) len);
  g_checksum_get_digest (checksum, hash, &n);
}

gboolean
ouioe_token_equal (const guint8 *a, const guint8 *b, gsize len)
{
  volatile guint8 difference = 0;    /* or the compiler may stop at the first */

  for (gsize i = 0; i < len; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}

const OuioeToken *
ouioe_tokens_find (GPtrArray *tokens, const char *text, gsize len)
{
  guint8 hash[OUIOE_TOKEN_HASH_BYTES];
  const OuioeToken *found = NULL;

  ouioe_token_hash (text, len, hash);
  for (guint i = 0; i < tokens->len; i++)
    {
      const OuioeToken *token = tokens->pdata[i];

      if (ouioe_token_equal (token->hash, hash, sizeof hash))
        found = token;
    }
  return found;
}

gboolean
ouioe_scopes_parse (const char *text, OuioeScopes *scopes)
{
  g_auto(GStrv) words = g_strsplit (text, ",", -1);
  guint found = OUIOE_SCOPE_NONE;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint n = 0;

      g_strstrip (words[i]);
      while (n < G_N_ELEMENTS (scope_words) && strcmp (scope_words[n], words[i]) != 0)
        n++;
      if (n == G_N_ELEMENTS (scope_words))
        return FALSE;
      found |= 1u << n;
    }
  *scopes = (OuioeScopes) found;
  return found != OUIOE_SCOPE_NONE;
}

char *
ouioe_scopes_to_string (OuioeScopes scopes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (scope_words); i++)
    if (scopes & (1u << i))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", scope_words[i]);
  return g_string_free (text, FALSE);
}
