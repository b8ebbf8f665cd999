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
#include <inttypes.h>
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
  OuioeClient  *client;
  const char   *prefix;       /* of the names of sessions here; "" for none */
  GHashTable   *known;        /* session -> set of the ids that stood in it before */
  GPtrArray    *batch;        /* lines that are not sent yet */
  gsize         batch_bytes;
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
    ouioectl_complain (_("line %" PRIu64 ": %s"), line, why);
}

/* ---- what is there already ---- */

static gboolean
on_known_event (OuioeEvent *event, gpointer user_data, GError **error)
{
  g_hash_table_add (user_data, ouioe_event_id_dup_text (ouioe_event_get_id (event)));
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
      if (!ouioectl_pages_read (self->client, session, on_known_event, ids, &lost, &error) &&
          !g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_NOT_FOUND))
        self->error = g_steal_pointer (&error);
    }
  return id != NULL && g_hash_table_contains (ids, id);
}

/* ---- sending ---- */

static void
take_answer (Import *self, const char *line, guint i)
{
  json_t *answer = json_loads (line, JSON_ALLOW_NUL, NULL);
  const char *detail = json_string_value (json_object_get (json_object_get (answer, "error"), "detail"));

  if (json_integer_value (json_object_get (answer, "status")) != 200)
    refuse (self, g_array_index (self->numbers, guint64, i), detail != NULL ? detail : _("the daemon refused it"));
  else if (json_is_true (json_object_get (answer, "replayed")))
    self->n_skipped++;
  else
    self->n_events++;
  json_decref (answer);
}

static void
send_batch (Import *self)
{
  g_auto(GStrv) answers = NULL;
  guint n = self->batch->len;
  guint i = 0;

  if (n == 0 || self->error != NULL)
    return;
  g_ptr_array_add (self->batch, NULL);
  answers = ouioe_client_append_events (self->client, (const char *const *) self->batch->pdata, NULL, &self->error);
  if (answers == NULL)
    return;

  for (; answers[i] != NULL && i < n; i++)
    take_answer (self, answers[i], i);
  for (; i < n; i++)
    refuse (self, g_array_index (self->numbers, guint64, i), _("the daemon did not answer it"));
  g_ptr_array_set_size (self->batch, 0);
  self->batch_bytes = 0;
  g_array_set_size (self->numbers, 0);
}

/* What is wrong with one line is told of it; what is wrong with the daemon ends all. @error: (transfer full) */
static void
refuse_for (Import *self, GError *error)
{
  if (error->domain != OUIOE_ERROR || g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE) ||
      g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_UNAUTHORIZED))
    {
      self->error = error;
      return;
    }
  refuse (self, self->line, error->message);
  g_error_free (error);
}

static gboolean
is_open (Import *self, const char *session)
{
  g_autoptr(OuioeSession) found = ouioe_client_get_session (self->client, session, NULL, NULL);

  return found != NULL && ouioe_session_get_state (found) == OUIOE_SESSION_OPEN;
}

/* After everything before it. */
static void
create_session (Import *self, const char *session, const char *body, const char *key)
{
  GError *error = NULL;
  gboolean was_open;

  send_batch (self);
  if (self->error != NULL)
    return;
  was_open = is_open (self, session);
  if (ouioe_client_create_session_from_json (self->client, body, key, NULL, &error))
    {
      /* The answer to a key that was known looks like any other. */
      if (!was_open && is_open (self, session))
        self->n_created++;
      else
        self->n_skipped++;
      return;
    }
  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_SESSION_EXISTS) ||
      g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_KEY_REUSED))
    {
      self->n_skipped++;   /* there already: what follows goes into it */
      g_error_free (error);
      return;
    }
  refuse_for (self, error);
}

static void
close_session (Import *self, const char *session, const char *outcome, const char *key)
{
  GError *error = NULL;

  send_batch (self);
  if (self->error != NULL)
    return;
  if (!ouioe_client_close_session_with_key (self->client, session, outcome, key, NULL, &error))
    refuse_for (self, error);
}

/* @text: (transfer full) */
static void
add_to_batch (Import *self, char *text)
{
  gsize len = strlen (text) + 1;

  if (self->numbers->len >= BATCH_LINES || self->batch_bytes + len > BATCH_BYTES)
    send_batch (self);
  g_ptr_array_add (self->batch, text);
  self->batch_bytes += len;
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
      refuse (self, self->line, _("its id is not the id of an event"));
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
    refuse (self, self->line, _("its session cannot be renamed: “session_id” is not among the first members"));
  else if (g_strcmp0 (kind, "session_start") == 0)
    create_session (self, session, text, key);
  else
    add_to_batch (self, g_steal_pointer (&text));
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
      refuse (self, self->line, _("longer than 4 MiB"));
      return;
    }

  /* Only read, never written again: numbers may be as long as they like. */
  event = json_loadb (line, len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &wrong);
  if (event == NULL)
    refuse (self, self->line, wrong.text);
  else if (json_string_value (json_object_get (event, "session_id")) == NULL)
    refuse (self, self->line, _("no event: it has no “session_id”"));
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
    text = g_strdup_printf (_("sessions created: %" PRIu64 ", events added: %" PRIu64 ", already there: %" PRIu64
                              ", refused: %" PRIu64 "\n"),
                            self->n_created, self->n_events, self->n_skipped, self->n_refused);
  ouioectl_put (text);
}

int
ouioectl_import (OuioectlOptions *options, int argc, char **argv)
{
  g_autofree char *prefix = NULL;
  const GOptionEntry entries[] = {
    { "prefix", 'p', 0, G_OPTION_ARG_STRING, &prefix, N_("Put this before the names of the sessions"), N_("TEXT") },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GError) error = NULL;
  Import self = { .prefix = "" };
  const char *description =
    _("Sessions are created as they were, or continued when one of the name is open. Events get new ids and\n"
      "the time of the import. Importing a file again doubles nothing as long as the daemon remembers its\n"
      "idempotency keys (24 h), or when the sessions are those the file came from.");

  if (!ouioectl_parse (options, entries, description, &argc, &argv, 1, 1))
    return OUIOECTL_EXIT_USAGE;

  input = ouioectl_open_input (argv[1], &error);
  if (input == NULL)
    return ouioectl_fail (error);

  client = ouioe_client_new (options->address);
  self.client = client;
  self.prefix = prefix != NULL ? prefix : "";
  self.known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);
  self.batch = g_ptr_array_new_with_free_func (g_free);
  self.numbers = g_array_new (FALSE, FALSE, sizeof (guint64));
  read_all (&self, input);
  if (self.n_refused > MAX_COMPLAINTS)
    ouioectl_complain (ngettext ("%" PRIu64 " more line was refused", "%" PRIu64 " more lines were refused",
                                 ouioectl_i18n_plural (self.n_refused - MAX_COMPLAINTS)), self.n_refused - MAX_COMPLAINTS);

  print_counts (options, &self);
  g_hash_table_unref (self.known);
  g_ptr_array_unref (self.batch);
  g_array_unref (self.numbers);
  error = self.error;
  if (error != NULL)
    return ouioectl_fail (error);
  return self.n_refused == 0 ? OUIOECTL_EXIT_DONE : OUIOECTL_EXIT_FAILED;
}
