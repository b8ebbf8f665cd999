/* ouioectl-import.c - exported events, back into a daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Steps and updates travel in bulk; the start of a session creates it, its end closes it. Every line has an idempotency
 * key made of its session and its event id, and what stands in the session under the same id already is passed over: a
 * file that is imported twice, or into the daemon it came from, doubles nothing.
 */
#include "config.h"

#include "ouioectl-import.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioe-line-reader.h"

/* Bytes of a line; the daemon takes bodies of 1 MiB unless it is told otherwise. */
#define MAX_LINE (4 * 1024 * 1024)
/* What travels together. */
#define BATCH_LINES 1000
#define BATCH_BYTES (2 * 1024 * 1024)
/* Complaints about single lines; more are only counted. */
#define MAX_COMPLAINTS 10

typedef struct {
  OuioectlHttp *http;
  const char   *prefix;       /* of the names of sessions here; "" for none */
  GHashTable   *known;        /* session -> set of the ids that stood in it before */
  GString      *batch;        /* lines that are not sent yet */
  GArray       *numbers;      /* their numbers in the file */
  guint64       line;         /* of the file, from 1 */
  guint64       n_created;
  guint64       n_events;     /* steps and updates that were added */
  guint64       n_skipped;    /* that were there already */
  guint64       n_refused;
  GError       *error;        /* that ends all */
} Import;

static void
refuse (Import *self, guint64 line, const char *why)
{
  if (++self->n_refused <= MAX_COMPLAINTS)
    ouioectl_complain ("line %" G_GUINT64_FORMAT ": %s", line, why);
}

/* ---- what is there already ---- */

static gboolean
on_known_lines (const char *lines, gsize len, gpointer user_data, GError **error)
{
  GHashTable *ids = user_data;
  const char *end = lines + len;

  while (lines < end)
    {
      const char *stop = memchr (lines, '\n', (gsize) (end - lines));
      json_t *event = json_loadb (lines, (gsize) (stop - lines), JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
      const char *id = json_string_value (json_object_get (event, "id"));

      if (id != NULL)
        g_hash_table_add (ids, g_strdup (id));
      json_decref (event);
      lines = stop + 1;
    }
  return TRUE;
}

static gboolean
is_known (Import *self, const char *session, const char *id)
{
  GHashTable *ids = g_hash_table_lookup (self->known, session);
  gboolean lost;

  if (ids == NULL)
    {
      g_autoptr(GError) error = NULL;

      ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      g_hash_table_insert (self->known, g_strdup (session), ids);
      if (!ouioectl_pages_read (self->http, session, on_known_lines, ids, &lost, &error) &&
          !g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))
        self->error = g_steal_pointer (&error);
    }
  return id != NULL && g_hash_table_contains (ids, id);
}

/* ---- sending ---- */

static void
take_answer (Import *self, const char *line, gsize len, guint i)
{
  json_t *answer = json_loadb (line, len, JSON_ALLOW_NUL, NULL);
  const char *detail = json_string_value (json_object_get (json_object_get (answer, "error"), "detail"));

  if (json_integer_value (json_object_get (answer, "status")) != SOUP_STATUS_OK)
    refuse (self, g_array_index (self->numbers, guint64, i), detail != NULL ? detail : "the daemon refused it");
  else if (json_is_true (json_object_get (answer, "replayed")))
    self->n_skipped++;
  else
    self->n_events++;
  json_decref (answer);
}

static void
send_batch (Import *self)
{
  g_autoptr(GBytes) body = NULL;
  g_autoptr(OuioectlAnswer) answer = NULL;
  const char *line, *end;
  guint i = 0;

  if (self->batch->len == 0 || self->error != NULL)
    return;
  body = g_bytes_new (self->batch->str, self->batch->len);
  answer = ouioectl_http_ask (self->http, "POST", "/api/streaming/events", "application/x-ndjson", body, NULL,
                              OUIOECTL_HTTP_DEADLINE_MS, &self->error);
  if (answer != NULL && answer->status != SOUP_STATUS_OK)
    self->error = ouioectl_answer_to_error (answer);
  if (self->error != NULL)
    return;

  line = (const char *) answer->body->data;
  end = line + answer->body->len;
  for (; line < end && i < self->numbers->len; i++)
    {
      const char *stop = memchr (line, '\n', (gsize) (end - line));

      stop = stop != NULL ? stop : end;
      take_answer (self, line, (gsize) (stop - line), i);
      line = stop + 1;
    }
  for (; i < self->numbers->len; i++)
    refuse (self, g_array_index (self->numbers, guint64, i), "the daemon did not answer it");
  g_string_truncate (self->batch, 0);
  g_array_set_size (self->numbers, 0);
}

/* A question of its own, after everything before it. */
static OuioectlAnswer *
ask (Import *self, const char *method, const char *path, const char *body, const char *key)
{
  g_autoptr(GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;

  send_batch (self);
  if (self->error != NULL)
    return NULL;
  return ouioectl_http_ask (self->http, method, path, "application/json", bytes, key, OUIOECTL_HTTP_DEADLINE_MS,
                            &self->error);
}

static void
refuse_answer (Import *self, const OuioectlAnswer *answer)
{
  g_autoptr(GError) error = ouioectl_answer_to_error (answer);

  refuse (self, self->line, error->message);
}

static void
create_session (Import *self, const char *body, const char *key)
{
  g_autoptr(OuioectlAnswer) answer = ask (self, "POST", "/api/streaming/sessions", body, key);

  if (answer == NULL)
    return;
  if (answer->status == SOUP_STATUS_CONFLICT ||
      soup_message_headers_get_one (answer->headers, "Idempotency-Replayed") != NULL)
    self->n_skipped++;   /* open already: what follows goes into it */
  else if (SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    self->n_created++;
  else
    refuse_answer (self, answer);
}

static void
close_session (Import *self, const char *session, const char *outcome, const char *key)
{
  g_autofree char *escaped = g_uri_escape_string (outcome != NULL ? outcome : "closed", NULL, FALSE);
  g_autofree char *tail = g_strconcat ("?outcome=", escaped, NULL);
  g_autofree char *path = ouioectl_http_session_path (session, tail);
  g_autoptr(OuioectlAnswer) answer = ask (self, "DELETE", path, NULL, key);

  if (answer != NULL && !SOUP_STATUS_IS_SUCCESSFUL (answer->status))
    refuse_answer (self, answer);
}

static void
add_to_batch (Import *self, const char *text)
{
  if (self->numbers->len >= BATCH_LINES || self->batch->len + strlen (text) > BATCH_BYTES)
    send_batch (self);
  g_string_append (self->batch, text);
  g_string_append_c (self->batch, '\n');
  g_array_append_val (self->numbers, self->line);
}

/* ---- lines ---- */

char *
ouioectl_import_rewrite (const char *line, const char *old, const char *session, const char *key)
{
  json_t *old_text = json_string (old);
  json_t *new_text = json_string (session);
  char *from = json_dumps (old_text, JSON_ENCODE_ANY | JSON_COMPACT);
  char *to = json_dumps (new_text, JSON_ENCODE_ANY | JSON_COMPACT);
  g_autofree char *member = g_strdup_printf ("\"session_id\":%s", from != NULL ? from : "");
  const char *brace = strchr (line, '{');
  const char *place = strstr (line, member);
  GString *out = g_string_new ("{");
  const char *p = brace;

  /* The bytes stay as they are, but for the name: where the daemon writes it, it is the first or second member. */
  if (brace != NULL && key != NULL)
    g_string_append_printf (out, "\"idempotency_key\":\"%s\",", key);
  if (brace == NULL || to == NULL || (strcmp (old, session) != 0 && (place == NULL || place - brace > 64)))
    {
      g_string_free (out, TRUE);
      out = NULL;
    }
  else if (strcmp (old, session) == 0)
    g_string_append (out, p + 1);
  else
    {
      g_string_append_len (out, p + 1, place - p - 1);
      g_string_append_printf (out, "\"session_id\":%s", to);
      g_string_append (out, place + strlen (member));
    }

  free (from);
  free (to);
  json_decref (old_text);
  json_decref (new_text);
  return out != NULL ? g_string_free (out, FALSE) : NULL;
}

/* Of visible ASCII, whatever the session is called; without an id the place in the file and the text stand for it. */
static char *
make_key (const char *session, const char *id, guint64 number, const char *line)
{
  g_autofree char *whose = g_compute_checksum_for_string (G_CHECKSUM_SHA256, session, -1);
  g_autofree char *what = id != NULL ? NULL : g_compute_checksum_for_string (G_CHECKSUM_SHA256, line, -1);

  whose[32] = '\0';
  if (id != NULL)
    return g_strdup_printf ("import:%s:%.64s", whose, id);
  return g_strdup_printf ("import:%s:%" G_GUINT64_FORMAT ":%s", whose, number, what);
}

static void
import_event (Import *self, json_t *event, const char *line)
{
  const char *old = json_string_value (json_object_get (event, "session_id"));
  const char *id = json_string_value (json_object_get (event, "id"));
  const char *kind = json_string_value (json_object_get (event, "kind"));
  g_autofree char *session = g_strconcat (self->prefix, old, NULL);
  g_autofree char *key = make_key (session, id, self->line, line);
  g_autofree char *text = NULL;
  OuioeEventId parsed;

  if (id != NULL && !ouioe_event_id_parse (id, &parsed))
    {
      refuse (self, self->line, "its id is not the id of an event");
      return;
    }
  if (is_known (self, session, id))
    {
      self->n_skipped++;
      return;
    }
  if (self->error != NULL)
    return;

  if (g_strcmp0 (kind, "session_end") == 0)
    {
      close_session (self, session, json_string_value (json_object_get (event, "outcome")), key);
      return;
    }
  text = ouioectl_import_rewrite (line, old, session, g_strcmp0 (kind, "session_start") == 0 ? NULL : key);
  if (text == NULL)
    refuse (self, self->line, "its session cannot be renamed: “session_id” is not among the first members");
  else if (g_strcmp0 (kind, "session_start") == 0)
    create_session (self, text, key);
  else
    add_to_batch (self, text);
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  Import *self = user_data;
  json_error_t wrong;
  json_t *event;

  self->line++;
  if (self->error != NULL || strspn (line, " \t") == len)
    return;
  if (too_long)
    {
      refuse (self, self->line, "longer than 4 MiB");
      return;
    }

  /* Only read, never written again: numbers may be as long as they like. */
  event = json_loadb (line, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &wrong);
  if (event == NULL)
    refuse (self, self->line, wrong.text);
  else if (json_string_value (json_object_get (event, "session_id")) == NULL)
    refuse (self, self->line, "no event: it has no “session_id”");
  else
    import_event (self, event, line);
  json_decref (event);
}

static void
read_all (Import *self, GInputStream *input)
{
  g_autoptr(OuioeLineReader) reader = ouioe_line_reader_new (MAX_LINE, on_line, self);

  while (self->error == NULL)
    {
      g_autoptr(GBytes) piece = g_input_stream_read_bytes (input, 65536, NULL, &self->error);

      if (piece == NULL || g_bytes_get_size (piece) == 0)
        break;
      ouioe_line_reader_feed (reader, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  if (self->error == NULL)
    ouioe_line_reader_end (reader);
  send_batch (self);
}

static void
print_counts (OuioectlOptions *options, const Import *self)
{
  g_autofree char *text = NULL;

  if (options->json || options->ndjson)
    text = g_strdup_printf ("{\"sessions\":%" G_GUINT64_FORMAT ",\"events\":%" G_GUINT64_FORMAT ",\"skipped\":%"
                            G_GUINT64_FORMAT ",\"refused\":%" G_GUINT64_FORMAT "}\n", self->n_created, self->n_events,
                            self->n_skipped, self->n_refused);
  else
    text = g_strdup_printf ("sessions created: %" G_GUINT64_FORMAT ", events added: %" G_GUINT64_FORMAT
                            ", already there: %" G_GUINT64_FORMAT ", refused: %" G_GUINT64_FORMAT "\n",
                            self->n_created, self->n_events, self->n_skipped, self->n_refused);
  ouioectl_put (text);
}

int
ouioectl_import (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *prefix = NULL;
  const GOptionEntry entries[] = {
    { "prefix", 'p', 0, G_OPTION_ARG_STRING, &prefix, "Put this before the names of the sessions", "TEXT" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioectlHttp) http = NULL;
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GError) error = NULL;
  Import self = { .prefix = "" };

  if (!ouioectl_parse (options, entries,
                       "Sessions are created as they were, or continued when one of the name is open. Events get new ids and\n"
                       "the time of the import. Importing a file again doubles nothing as long as the daemon remembers its\n"
                       "idempotency keys (24 h), or when the sessions are those the file came from.", &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  http = ouioectl_http_new (options->address, &error);
  input = http != NULL ? ouioectl_open_input (argv[1], &error) : NULL;
  if (input == NULL)
    return ouioectl_fail (error);

  self.http = http;
  self.prefix = prefix != NULL ? prefix : "";
  self.known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self.batch = g_string_new (NULL);
  self.numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  read_all (&self, input);
  if (self.n_refused > MAX_COMPLAINTS)
    ouioectl_complain ("%" G_GUINT64_FORMAT " more lines were refused", self.n_refused - MAX_COMPLAINTS);

  print_counts (options, &self);
  g_hash_table_unref (self.known);
  g_string_free (self.batch, TRUE);
  g_array_unref (self.numbers);
  error = self.error;
  if (error != NULL)
    return ouioectl_fail (error);
  return self.n_refused == 0 ? OUIOECTL_EXIT_DONE : OUIOECTL_EXIT_FAILED;
}
