/* test-live-deltas.c - what grows, over SSE and WebSockets: only for who asks, in order, never behind its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "live-reader.h"

#include <string.h>

#include "test-log.h"

#define API "/api/streaming"
#define STREAM API "/sessions/s/stream"

/* One of each way that shows what grows in session "s". */
typedef struct {
  const char *path, *message;
  guint       n_first;         /* what comes before the events: hello, subscribed */
  gboolean    has_start;       /* it begins with what is retained */
} Way;

static const Way ways[] = {
  { STREAM "?deltas=true", NULL, 0, TRUE },
  { API "/stream?deltas=true", NULL, 0, FALSE },
  { API "/stream?session=s&deltas=true", NULL, 0, FALSE },
  { "/ws/sessions", "{\"type\":\"subscribe\",\"session_id\":\"s\",\"deltas\":true}", 2, TRUE },
  { "/ws/sessions", "{\"type\":\"subscribe\",\"session_id\":\"*\",\"deltas\":true}", 2, FALSE },
};

static LiveReader *
open_way (HttpFixture *f, const Way *way)
{
  LiveReader *reader = live_reader_new (f, way->path, way->message);

  for (guint i = 0; i < way->n_first; i++)
    g_free (live_reader_next (reader, TRUE));
  if (way->has_start)
    live_reader_expect (reader, "start");
  return reader;
}

static void
open_ways (HttpFixture *f, LiveReader **readers)
{
  live_use_clock (f);
  http_create (f, "s");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    readers[i] = open_way (f, &ways[i]);
}

static void
expect_all (LiveReader **readers, const char *what)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    live_reader_expect (readers[i], what);
}

static void
free_all (LiveReader **readers)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    live_reader_free (readers[i]);
}

static void
test_what_grows_is_shown_until_it_is_final (HttpFixture *f)
{
  LiveReader *readers[G_N_ELEMENTS (ways)];

  open_ways (f, readers);
  live_grow (f, "s", "1", "Wei\xc3\x9f");
  expect_all (readers, "1@0:Wei\xc3\x9f");
  live_grow (f, "s", "1", " er \"es\"");
  expect_all (readers, "1@4: er \"es\"");
  live_finish (f, "s", "1", "Wei\xc3\x9f er \\\"es\\\"?");
  expect_all (readers, "[Wei\xc3\x9f er \"es\"?]");
  live_grow (f, "s", "2", "next");
  expect_all (readers, "2@0:next");
  live_drop (f, "s", "2");
  expect_all (readers, "-2");
  free_all (readers);
}

static void
test_work_of_the_model_is_shown (HttpFixture *f)
{
  LiveReader *readers[G_N_ELEMENTS (ways)];

  open_ways (f, readers);
  live_work (f, "s", OUIOE_PHASE_WAITING);
  expect_all (readers, "gen:waiting");
  live_work (f, "s", OUIOE_PHASE_THINKING);
  expect_all (readers, "gen:thinking");
  free_all (readers);
}

static void
test_who_comes_late_gets_the_beginning (HttpFixture *f)
{
  live_use_clock (f);
  http_create (f, "s");
  live_work (f, "s", OUIOE_PHASE_THINKING);
  live_grow (f, "s", "1", "one ");
  live_grow (f, "s", "1", "two");
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      g_autoptr(LiveReader) reader = open_way (f, &ways[i]);

      live_reader_expect (reader, "gen:thinking");
      live_reader_expect (reader, "1@0:one two");
    }
}

static void
test_who_does_not_ask_sees_nothing (HttpFixture *f)
{
  static const Way plain[] = {
    { STREAM, NULL, 0, TRUE },
    { STREAM "?deltas=false", NULL, 0, TRUE },
    { API "/stream", NULL, 0, FALSE },
    { "/ws/sessions", "{\"type\":\"subscribe\",\"session_id\":\"s\"}", 2, TRUE },
    { "/ws/sessions", "{\"type\":\"subscribe\",\"session_id\":\"*\",\"deltas\":false}", 2, FALSE },
  };
  LiveReader *readers[G_N_ELEMENTS (plain)];

  live_use_clock (f);
  http_create (f, "s");
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    readers[i] = open_way (f, &plain[i]);
  live_work (f, "s", OUIOE_PHASE_THINKING);
  live_grow (f, "s", "1", "one");
  live_grow (f, "s", "2", "two");
  live_drop (f, "s", "2");
  live_finish (f, "s", "1", "one");
  for (gsize i = 0; i < G_N_ELEMENTS (plain); i++)
    {
      live_reader_expect (readers[i], "[one]");
      live_reader_free (readers[i]);
    }
}

/* The form of the old service is for old clients, whatever they ask for. */
static void
test_legacy_views_see_nothing (HttpFixture *f)
{
  static const char *const paths[] = { "/ws/thinking/s?deltas=true", "/ws/progress/s?deltas=true&streams=thinking" };

  live_use_clock (f);
  http_create (f, "s");
  live_work (f, "s", OUIOE_PHASE_THINKING);
  live_grow (f, "s", "1", "growing");
  live_finish (f, "s", "1", "growing");
  live_grow (f, "s", "2", "and growing");
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(LiveReader) reader = live_reader_new (f, paths[i], NULL);
      gboolean has_step = FALSE;

      live_grow (f, "s", "2", "!");
      reply_free (http_post (f, API "/progress",
                             "{\"session_id\":\"s\",\"progress_type\":\"discovery\",\"message\":\"last\"}"));
      live_finish (f, "s", i == 0 ? "3" : "4", "last");
      while (!has_step)
        {
          guint8 opcode;
          g_autofree char *text = client_read_frame (reader->client, &opcode);

          g_assert_null (strstr (text, "thinking_delta"));
          g_assert_null (strstr (text, "\"generation\""));
          has_step = strstr (text, "\"content\":\"last\"") != NULL;
        }
    }
}

static void
test_what_is_asked_for_is_checked (HttpFixture *f)
{
  static const char *const paths[] = { STREAM "?deltas=maybe", API "/stream?deltas=" };
  g_autoptr(LiveReader) socket = live_reader_new (f, "/ws/sessions",
                                                  "{\"type\":\"subscribe\",\"session_id\":\"s\",\"deltas\":1}");

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr(json_t) json = http_expect (http_get (f, paths[i]), 422);
      json_t *loc = json_object_get (json_array_get (json_object_get (json, "detail"), 0), "loc");

      g_assert_cmpstr (json_string_value (json_array_get (loc, 1)), ==, "deltas");
    }
  live_reader_expect (socket, "hello");
  live_reader_expect (socket, "error");
}

static void
test_progress_stream_has_no_thinking (HttpFixture *f)
{
  g_autoptr(LiveReader) reader = NULL;

  live_use_clock (f);
  http_create (f, "s");
  reader = live_reader_new (f, STREAM "?streams=progress&deltas=true", NULL);
  live_reader_expect (reader, "start");
  live_grow (f, "s", "1", "thought");
  live_work (f, "s", OUIOE_PHASE_THINKING);
  live_reader_expect (reader, "gen:thinking");
}

static void
test_stream_still_ends_with_the_session (HttpFixture *f)
{
  g_autoptr(LiveReader) reader = NULL;

  live_use_clock (f);
  http_create (f, "s");
  reader = live_reader_new (f, STREAM "?until=end&deltas=true", NULL);
  live_reader_expect (reader, "start");
  live_grow (f, "s", "1", "never finished");
  live_reader_expect (reader, "1@0:never finished");
  reply_free (http_request (f, "DELETE", API "/sessions/s", NULL, NULL));
  live_reader_expect (reader, "end");
  g_assert_true (client_is_closed (reader->client));
}

/* ---- who reads slowly ---- */

static void
set_up_narrow (HttpFixture *f, gconstpointer data)
{
  http_fixture_defaults (f);
  f->config.readers.send_buffer_bytes = 4096;
  http_fixture_set_up_with (f, NULL);
}

/* Nothing waits for it: it gets in one piece what others got in many. */
static void
test_who_reads_slowly_gets_longer_pieces (HttpFixture *f)
{
  g_autofree char *filler = g_strnfill (4000, 'f');
  LiveReader *readers[G_N_ELEMENTS (ways)];
  enum { FILLERS = 400, GROWS = 100 };

  open_ways (f, readers);
  for (guint i = 0; i < FILLERS; i++)
    {
      g_autofree char *step_id = g_strdup_printf ("f%u", i);

      live_finish (f, "s", step_id, filler);
    }
  for (guint i = 0; i < GROWS; i++)
    live_grow (f, "s", "1", "word ");

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      while (readers[i]->n_steps < FILLERS)
        g_free (live_reader_next (readers[i], TRUE));
      g_assert_cmpuint (readers[i]->n_deltas, ==, 0);
      g_free (live_reader_next (readers[i], TRUE));
      g_assert_cmpuint (((GString *) g_hash_table_lookup (readers[i]->open, "s/1"))->len, ==, GROWS * strlen ("word "));
    }
  live_finish (f, "s", "1", "word");
  free_all (readers);
}

/* ---- any order of things ---- */

typedef struct {
  GString *text;      /* all that it has; NULL: another one is to begin */
  guint    serial;
} Model;

static void
do_something (HttpFixture *f, Model *model, guint *next)
{
  static const char *const pieces[] = { "a", "b\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80 ", "xyz", " and so on " };
  const char *piece = pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))];
  g_autofree char *step_id = NULL;
  int what = g_test_rand_int_range (0, 12);

  if (model->text == NULL)
    {
      model->text = g_string_new (NULL);
      model->serial = (*next)++;
    }
  step_id = g_strdup_printf ("%u", model->serial);
  if (what > 1)
    {
      g_string_append (model->text, piece);
      live_grow (f, "s", step_id, piece);
      return;
    }

  g_string_append_c (model->text, '!');   /* a step may end with what was held back */
  if (what == 0)
    live_finish (f, "s", step_id, model->text->str);
  else
    live_drop (f, "s", step_id);
  g_string_free (g_steal_pointer (&model->text), TRUE);
}

static void
read_all (LiveReader *reader)
{
  char *what;

  while ((what = live_reader_next (reader, FALSE)) != NULL)
    g_free (what);
}

/* That every piece fits to what came before, that the step begins with what was put together, and that nothing comes behind it,
 * the readers assert. */
static void
test_text_put_together_is_the_beginning_of_the_step (HttpFixture *f)
{
  LiveReader *readers[G_N_ELEMENTS (ways)];
  Model models[4] = { 0 };
  g_autofree char *filler = g_strnfill (4000, 'f');
  guint next = 0;

  open_ways (f, readers);
  for (guint i = 0; i < 1500; i++)
    {
      do_something (f, &models[g_test_rand_int_range (0, G_N_ELEMENTS (models))], &next);
      if (g_test_rand_int_range (0, 3) == 0)
        {
          g_autofree char *step_id = g_strdup_printf ("f%u", i);

          live_finish (f, "s", step_id, filler);   /* so that who does not read holds its socket up */
        }
      read_all (readers[0]);
      for (gsize r = 1; r < G_N_ELEMENTS (ways); r++)
        if (g_test_rand_int_range (0, (int) r * 12 + 2) == 0)
          g_free (live_reader_next (readers[r], FALSE));
    }

  reply_free (http_request (f, "DELETE", API "/sessions/s", NULL, NULL));
  for (gsize r = 0; r < G_N_ELEMENTS (ways); r++)
    {
      while (readers[r]->n_ends == 0)
        g_free (live_reader_next (readers[r], TRUE));
      g_assert_cmpuint (readers[r]->n_deltas, >, 0);
      g_assert_cmpuint (readers[r]->n_deltas, <=, readers[0]->n_deltas);
      g_assert_cmpuint (readers[r]->n_steps, ==, readers[0]->n_steps);
    }
  g_assert_cmpuint (readers[G_N_ELEMENTS (ways) - 1]->n_deltas, <, readers[0]->n_deltas);   /* it was held up */
  for (guint m = 0; m < G_N_ELEMENTS (models); m++)
    if (models[m].text != NULL)
      g_string_free (models[m].text, TRUE);
  free_all (readers);
}

#define add(name, func) http_fixture_add ("/transport/deltas/" name, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  add ("what-grows-is-shown-until-it-is-final", test_what_grows_is_shown_until_it_is_final);
  add ("work-of-the-model-is-shown", test_work_of_the_model_is_shown);
  add ("who-comes-late-gets-the-beginning", test_who_comes_late_gets_the_beginning);
  add ("who-does-not-ask-sees-nothing", test_who_does_not_ask_sees_nothing);
  add ("legacy-views-see-nothing", test_legacy_views_see_nothing);
  add ("what-is-asked-for-is-checked", test_what_is_asked_for_is_checked);
  add ("progress-stream-has-no-thinking", test_progress_stream_has_no_thinking);
  add ("stream-still-ends-with-the-session", test_stream_still_ends_with_the_session);
  http_fixture_add_full ("/transport/deltas/who-reads-slowly-gets-longer-pieces", set_up_narrow,
                         test_who_reads_slowly_gets_longer_pieces);
  http_fixture_add_full ("/transport/deltas/text-put-together-is-the-beginning-of-the-step", set_up_narrow,
                         test_text_put_together_is_the_beginning_of_the_step);
  return g_test_run ();
}
