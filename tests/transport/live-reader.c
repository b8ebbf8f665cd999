/* live-reader.c - a reader of SSE or of a WebSocket that wants what grows, and puts it together as a program would
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "live-reader.h"

#include <string.h>

#define UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

/* A masked frame, as clients must send them; the mask is 0. */
static void
send_frame (Client *client, const char *message)
{
  g_autoptr(GString) frame = g_string_new (NULL);

  g_assert_cmpuint (strlen (message), <=, 125);
  g_string_append_c (frame, '\x81');
  g_string_append_c (frame, (char) (0x80 | strlen (message)));
  g_string_append_len (frame, "\0\0\0\0", 4);
  g_string_append (frame, message);
  client_send_bytes (client, frame->str, (gssize) frame->len);
}

LiveReader *
live_reader_new (HttpFixture *f, const char *path, const char *message)
{
  LiveReader *self = g_new0 (LiveReader, 1);

  self->client = client_new (f);
  self->is_websocket = g_str_has_prefix (path, "/ws");
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text);
  self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  client_send (self->client, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", path, f->port,
               self->is_websocket ? UPGRADE : "");
  g_free (client_read_until (self->client, "\r\n\r\n"));
  if (message != NULL)
    send_frame (self->client, message);
  if (!self->is_websocket)
    g_free (client_read_until (self->client, "\n\n"));   /* how soon to come back */

  return self;
}

void
live_reader_free (LiveReader *self)
{
  client_free (self->client);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->done);
  g_free (self);
}

/* ---- what comes ---- */

static char *
take_text (LiveReader *self, json_t *data, const char *key)
{
  const char *text = json_string_value (json_object_get (data, "text"));
  json_int_t offset = json_integer_value (json_object_get (data, "offset"));
  GString *open = g_hash_table_lookup (self->open, key);

  g_assert_nonnull (text);
  g_assert_cmpstr (text, !=, "");
  g_assert_false (g_hash_table_contains (self->done, key));
  g_assert_cmpint (offset, ==, open != NULL ? g_utf8_strlen (open->str, -1) : 0);
  if (open == NULL)
    {
      open = g_string_new (NULL);
      g_hash_table_insert (self->open, g_strdup (key), open);
    }
  g_string_append (open, text);
  self->n_deltas++;
  return g_strdup_printf ("%s@%" JSON_INTEGER_FORMAT ":%s", strchr (key, '/') + 1, offset, text);
}

/* What has been put together must be the beginning of the final text. */
static char *
take_step (LiveReader *self, json_t *data, const char *session_id)
{
  const char *step_id = json_string_value (json_object_get (json_object_get (data, "context_used"), "step_id"));
  const char *content = json_string_value (json_object_get (data, "content"));
  g_autofree char *key = g_strdup_printf ("%s/%s", session_id, step_id);
  const GString *open = g_hash_table_lookup (self->open, key);

  g_assert_true (open == NULL || g_str_has_prefix (content, open->str));
  g_hash_table_remove (self->open, key);
  if (step_id != NULL)
    g_assert_true (g_hash_table_add (self->done, g_steal_pointer (&key)));
  self->n_steps++;
  return g_strdup_printf ("[%s]", content);
}

static char *
take (LiveReader *self, const char *type, json_t *data)
{
  const char *session_id = json_string_value (json_object_get (data, "session_id"));
  g_autofree char *key = g_strdup_printf ("%s/%s", session_id, json_string_value (json_object_get (data, "step_id")));

  if (g_str_equal (type, "thinking_delta"))
    return take_text (self, data, key);
  if (g_str_equal (type, "thinking_step"))
    return take_step (self, data, session_id);
  if (g_str_equal (type, "thinking_dropped"))
    {
      g_assert_true (g_hash_table_remove (self->open, key));
      return g_strdup_printf ("-%s", strchr (key, '/') + 1);
    }
  if (g_str_equal (type, "generation"))
    return g_strdup_printf (
      "gen:%s", json_string_value (json_object_get (json_object_get (data, "generation"), "phase")));
  if (g_str_equal (type, "session_end"))
    {
      self->n_ends++;
      g_hash_table_remove_all (self->open);
      return g_strdup ("end");
    }

  return g_strdup (g_str_equal (type, "session_start") ? "start" : type);
}

static char *
take_frame (LiveReader *self, const char *text)
{
  g_autoptr(json_t) frame = json_loads (text, JSON_ALLOW_NUL, NULL);
  json_t *data = json_object_get (frame, "data");

  g_assert_nonnull (frame);
  return take (self, json_string_value (json_object_get (frame, "type")), data != NULL ? data : frame);
}

/* What is not stored has no id. */
static char *
take_block (LiveReader *self, const char *text)
{
  const char *event = strstr (text, "event: ");
  const char *line = strstr (text, "\ndata: ");
  g_autofree char *type = NULL;
  g_autoptr(json_t) data = NULL;

  g_assert_true (event != NULL && line != NULL);
  type = g_strndup (event + 7, (gsize) (line - event - 7));
  data = json_loads (line + 7, JSON_ALLOW_NUL | JSON_DISABLE_EOF_CHECK, NULL);
  g_assert_nonnull (data);
  g_assert_true (g_str_has_prefix (text, "id: ") == (json_object_get (data, "kind") != NULL));
  return take (self, type, data);
}

static gboolean
is_complete (LiveReader *self)
{
  const guint8 *data = (const guint8 *) self->client->input->str;
  gsize len = self->client->input->len;

  if (!self->is_websocket)
    return strstr (self->client->input->str, "\n\n") != NULL;
  if (len < 2 || (data[1] == 126 && len < 4))
    return FALSE;
  return data[1] == 126 ? len >= 4u + ((gsize) data[2] << 8 | data[3]) : len >= 2u + data[1];
}

char *
live_reader_next (LiveReader *self, gboolean wait)
{
  g_autofree char *text = NULL;
  guint8 opcode;

  while (!is_complete (self))
    {
      GPollFD poll = { self->client->fd, G_IO_IN, 0 };

      if (!wait && g_poll (&poll, 1, 0) == 0)
        return NULL;
      g_assert_true (client_fill (self->client));
    }
  if (!self->is_websocket)
    {
      text = client_read_until (self->client, "\n\n");
      return take_block (self, text);
    }
  text = client_read_frame (self->client, &opcode);
  g_assert_cmpuint (opcode, ==, 1);
  return take_frame (self, text);
}

void
live_reader_expect (LiveReader *self, const char *what)
{
  g_autofree char *got = live_reader_next (self, TRUE);

  g_assert_cmpstr (got, ==, what);
}

/* ---- what a producer does ---- */

static gint64 now_us;

static gint64
get_now (gpointer user_data)
{
  return now_us;
}

static void
set_clock (HttpFixture *f, gpointer data)
{
  now_us = g_get_real_time ();
  ouioed_hub_set_clock (f->hub, get_now, NULL);
}

void
live_use_clock (HttpFixture *f)
{
  http_fixture_call (f, set_clock, NULL);
}

typedef struct {
  const char *session_id, *step_id, *text;
  OuioePhase  phase;
} Work;

static void
grow (HttpFixture *f, gpointer data)
{
  const Work *work = data;

  now_us += 50 * 1000;
  ouioed_hub_grow_step (f->hub, work->session_id, work->step_id, work->text, strlen (work->text));
}

void
live_grow (HttpFixture *f, const char *session_id, const char *step_id, const char *text)
{
  Work work = { session_id, step_id, text, OUIOE_PHASE_NONE };

  http_fixture_call (f, grow, &work);
}

static void
drop (HttpFixture *f, gpointer data)
{
  const Work *work = data;

  ouioed_hub_drop_step (f->hub, work->session_id, work->step_id);
}

void
live_drop (HttpFixture *f, const char *session_id, const char *step_id)
{
  Work work = { session_id, step_id, NULL, OUIOE_PHASE_NONE };

  http_fixture_call (f, drop, &work);
}

static void
set_generation (HttpFixture *f, gpointer data)
{
  const Work *work = data;
  OuioeGeneration *generation = ouioe_generation_new ();

  generation->model = g_strdup ("qwen3");
  generation->n_calls = 1;
  generation->n_under_way = 1;
  generation->can_stop = TRUE;
  ouioe_generation_enter (generation, work->phase, now_us);
  ouioed_hub_set_generation (f->hub, work->session_id, generation, FALSE);
}

void
live_work (HttpFixture *f, const char *session_id, OuioePhase phase)
{
  Work work = { session_id, NULL, NULL, phase };

  http_fixture_call (f, set_generation, &work);
}

void
live_finish (HttpFixture *f, const char *session_id, const char *step_id, const char *content)
{
  g_autofree char *body = g_strdup_printf (
    "{\"session_id\":\"%s\",\"thinking_type\":\"analysis\",\"content\":\"%s\",\"context_used\":{\"step_id\":\"%s\"}}",
    session_id, content, step_id);

  json_decref (http_expect (http_post (f, "/api/streaming/thinking", body), 200));
}
