/* ouioed-conversation.c - which session a call belongs to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-conversation.h"

#include "ouioe-codec.h"

#include <string.h>
#include <unistd.h>

/* An earlier call, found by a hash of what it said. */
typedef struct {
  OuioedDigest  key;
  char         *session_id;
  GList         link;            /* in by_use */
} Link;

struct _OuioedConversations
{
  guint8      secret[32];        /* so that nobody can guess what was said from a hash */
  guint       max;
  GHashTable *links;             /* OuioedDigest -> Link */
  GQueue      by_use;            /* of Link, newest first */
};

/* ---- hashes ---- */

static void
hash_begin (OuioedConversations *self, GHmac **hmac)
{
  *hmac = g_hmac_new (G_CHECKSUM_SHA256, self->secret, sizeof self->secret);
}

static void
hash_text (GHmac *hmac, const char *text)
{
  const char *safe = text != NULL ? text : "";

  g_hmac_update (hmac, (const guchar *) safe, (gssize) strlen (safe) + 1);
}

static void
hash_end (GHmac *hmac, OuioedDigest *out)
{
  gsize len = sizeof out->bytes;

  g_hmac_get_digest (hmac, out->bytes, &len);
  g_hmac_unref (hmac);
}

void
ouioed_conversations_get_scope (OuioedConversations *self, const OuioedRequestHead *head, const char *upstream,
                                OuioedDigest *scope)
{
  GHmac *hmac;

  hash_begin (self, &hmac);
  hash_text (hmac, head->peer);
  hash_text (hmac, ouioed_header_find (head->headers, head->n_headers, "user-agent"));
  hash_text (hmac, upstream);
  g_hmac_update (hmac, (const guchar *) &head->credential, sizeof head->credential);
  hash_end (hmac, scope);
}

/* Makes @link, of the messages so far, one of these and @message. */
static void
extend (OuioedConversations *self, OuioedDigest *link, const OuioedMessage *message)
{
  GHmac *hmac;

  hash_begin (self, &hmac);
  g_hmac_update (hmac, link->bytes, sizeof link->bytes);
  g_hmac_update (hmac, message->digest, sizeof message->digest);
  hash_end (hmac, link);
}

static void
hash_name (OuioedConversations *self, const OuioedDigest *scope, const char *name, OuioedDigest *out)
{
  GHmac *hmac;

  hash_begin (self, &hmac);
  g_hmac_update (hmac, scope->bytes, sizeof scope->bytes);
  hash_text (hmac, name);
  hash_end (hmac, out);
}

static guint
digest_hash (gconstpointer key)
{
  guint hash;

  memcpy (&hash, ((const OuioedDigest *) key)->bytes, sizeof hash);
  return hash;
}

static gboolean
digest_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (OuioedDigest)) == 0;
}

/* ---- what is remembered ---- */

static void
link_free (gpointer data)
{
  Link *link = data;

  g_free (link->session_id);
  g_free (link);
}

OuioedConversations *
ouioed_conversations_new (guint max)
{
  OuioedConversations *self = g_new0 (OuioedConversations, 1);

  if (getentropy (self->secret, sizeof self->secret) != 0)
    g_warning ("The system gives no random numbers: hashes of what is asked could be guessed");
  self->max = max;
  self->links = g_hash_table_new_full (digest_hash, digest_equal, NULL, link_free);
  g_queue_init (&self->by_use);
  return self;
}

void
ouioed_conversations_free (OuioedConversations *self)
{
  g_hash_table_unref (self->links);
  g_free (self);
}

guint
ouioed_conversations_get_n (OuioedConversations *self)
{
  return g_hash_table_size (self->links);
}

static const char *
look_up (OuioedConversations *self, const OuioedDigest *key)
{
  Link *link = g_hash_table_lookup (self->links, key);

  if (link == NULL)
    return NULL;
  g_queue_unlink (&self->by_use, &link->link);
  g_queue_push_head_link (&self->by_use, &link->link);
  return link->session_id;
}

static void
remember (OuioedConversations *self, const OuioedDigest *key, const char *session_id)
{
  Link *link = g_hash_table_lookup (self->links, key);

  if (link != NULL)
    {
      g_queue_unlink (&self->by_use, &link->link);
      g_hash_table_remove (self->links, key);
    }
  while (g_hash_table_size (self->links) >= self->max)
    {
      Link *oldest = g_queue_pop_tail_link (&self->by_use)->data;

      g_hash_table_remove (self->links, &oldest->key);
    }

  link = g_new0 (Link, 1);
  link->key = *key;
  link->session_id = g_strdup (session_id);
  link->link.data = link;
  g_queue_push_head_link (&self->by_use, &link->link);
  g_hash_table_insert (self->links, &link->key, link);
}

const char *
ouioed_conversations_find (OuioedConversations *self, const OuioedDigest *scope, const OuioedRequest *request)
{
  GArray *messages = request->messages;
  g_autofree OuioedDigest *links = NULL;
  OuioedDigest name;
  const char *found = NULL;

  if (request->continues != NULL)
    {
      hash_name (self, scope, request->continues, &name);
      found = look_up (self, &name);
      if (found != NULL)
        return found;
    }

  /* The longest beginning that was a whole call counts. */
  links = g_new (OuioedDigest, messages->len + 1);
  links[0] = *scope;
  for (guint i = 0; i < messages->len; i++)
    {
      links[i + 1] = links[i];
      extend (self, &links[i + 1], &g_array_index (messages, OuioedMessage, i));
    }
  for (guint n = messages->len; found == NULL && n-- > 1; )
    if (g_array_index (messages, OuioedMessage, n).follows)
      found = look_up (self, &links[n]);
  return found;
}

void
ouioed_conversations_add (OuioedConversations *self, const OuioedDigest *scope, const OuioedRequest *request,
                          const char *session_id)
{
  OuioedDigest link = *scope;

  for (guint i = 0; i < request->messages->len; i++)
    extend (self, &link, &g_array_index (request->messages, OuioedMessage, i));
  if (request->messages->len > 0)
    remember (self, &link, session_id);
  if (request->continues != NULL)
    ouioed_conversations_add_name (self, scope, request->continues, session_id);
}

void
ouioed_conversations_add_name (OuioedConversations *self, const OuioedDigest *scope, const char *name,
                               const char *session_id)
{
  OuioedDigest key;

  hash_name (self, scope, name, &key);
  remember (self, &key, session_id);
}

/* ---- names of sessions ---- */

static gboolean
is_hex (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
      return FALSE;
  return TRUE;
}

/* The trace id of a traceparent (W3C Trace Context), or NULL: version, trace id, parent id and flags. */
static char *
read_trace_id (const char *value, gsize len)
{
  if (len < 55 || !is_hex (value, 2) || value[2] != '-' || !is_hex (value + 3, 32) || value[35] != '-'
      || !is_hex (value + 36, 16) || value[52] != '-' || !is_hex (value + 53, 2))
    return NULL;
  if (strncmp (value, "ff", 2) == 0 || (strncmp (value, "00", 2) == 0 && len != 55) || (len > 55 && value[55] != '-'))
    return NULL;
  if (strspn (value + 3, "0") >= 32 || strspn (value + 36, "0") >= 16)
    return NULL;
  return g_strndup (value + 3, 32);
}

OuioedNaming
ouioed_session_name_read (const OuioedHeader *headers, guint n, char **id)
{
  static const char *const names[] = { "x-ouioe-session", "x-conversation-id", "traceparent" };

  *id = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *value = ouioed_header_find (headers, n, names[i]);
      const char *why = "is not of the form 00-TRACE-PARENT-FLAGS";

      if (value == NULL)
        continue;
      if (i == 2)
        *id = read_trace_id (value, strlen (value));
      else if (ouioe_session_id_is_valid (value, strlen (value), &why))
        *id = g_strdup (value);
      if (*id != NULL)
        return OUIOED_SESSION_NAMED;

      g_message ("A client's header %s %s: the call gets a session of its own", names[i], why);
      return OUIOED_SESSION_MISNAMED;
    }
  return OUIOED_SESSION_NOT_NAMED;
}

char *
ouioed_session_name_make (const char *upstream, gint64 now_us, gboolean (*is_taken) (const char *id, gpointer user_data),
                          gpointer user_data)
{
  g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autofree char *time = g_date_time_format (now, "%Y%m%d-%H%M%S");

  for (guint n_tries = 0; ; n_tries++)
    {
      /* Four digits are easy to read; when a second has too many calls for them, eight. */
      g_autofree char *id = n_tries < 8 ? g_strdup_printf ("%s-%s-%04x", upstream, time, g_random_int () & 0xffff)
                                        : g_strdup_printf ("%s-%s-%08x", upstream, time, g_random_int ());

      if (!is_taken (id, user_data))
        return g_steal_pointer (&id);
    }
}
