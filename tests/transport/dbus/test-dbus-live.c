/* test-dbus-live.c - on the bus: what grows, the model's work as a property, and control of it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bus-reader.h"

#include <string.h>

#include "ouioe-codec.h"

#define S1 OUIOED_BUS_ROOT "/session/s1"
#define ERROR_NAME(name) OUIOED_BUS_NAME ".Error." name

static gint64 now_us;

static gint64
get_now (gpointer user_data)
{
  return now_us;
}

static void
set_up (BusFixture *f)
{
  bus_fixture_up (f, NULL, NULL);
  now_us = g_get_real_time ();
  ouioed_hub_set_clock (f->hub, get_now, NULL);
  bus_create (f, "s1");
  bus_settle (f);
}

static void
open_live (Reader *reader, BusFixture *f, const char *path, const char *options)
{
  g_autoptr(GError) error = NULL;
  int fd = bus_open_live_stream (f, path, options, &error);

  g_assert_no_error (error);
  reader_init (reader, fd);
}

static void
expect (Reader *reader, BusFixture *f, const char *part)
{
  g_autofree char *line = reader_take (reader, f);

  g_assert_nonnull (line);
  if (strstr (line, part) == NULL)
    g_error ("expected %s, read %s", part, line);
}

static void
grow (BusFixture *f, const char *step_id, const char *text)
{
  now_us += 50 * 1000;
  ouioed_hub_grow_step (f->hub, "s1", step_id, text, strlen (text));
}

static void
finish (BusFixture *f, const char *step_id, const char *content)
{
  g_autofree char *context = g_strdup_printf ("{\"step_id\":\"%s\"}", step_id);
  g_autoptr(GError) error = NULL;
  GVariantDict options;
  g_autoptr(GVariant) reply = NULL;

  g_variant_dict_init (&options, NULL);
  g_variant_dict_insert (&options, "context_used", "s", context);
  reply = bus_call (f, S1, SESSION_IFACE, "AppendThinking",
                    g_variant_new ("(ss@a{sv})", "analysis", content, g_variant_dict_end (&options)), &error);
  g_assert_no_error (error);
}

static OuioeGeneration *
new_generation (OuioePhase phase)
{
  OuioeGeneration *generation = ouioe_generation_new ();

  generation->model = g_strdup ("qwen3");
  generation->n_calls = 1;
  generation->n_under_way = phase != OUIOE_PHASE_NONE;
  generation->can_stop = phase != OUIOE_PHASE_NONE;
  ouioe_generation_enter (generation, phase, now_us);
  return generation;
}

/* ---- streams ---- */

static void
test_what_grows_is_shown (void)
{
  static const struct { const char *path, *options; } ways[] = {
    { S1, "({'deltas': <true>},)" },
    { OUIOED_BUS_ROOT, "({'deltas': <true>, 'after': <'0'>},)" },
    { OUIOED_BUS_ROOT, "({'deltas': <true>, 'after': <'0'>, 'user_id': <'somebody'>},)" },
  };
  BusFixture f = { 0 };
  Reader readers[G_N_ELEMENTS (ways)];

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      open_live (&readers[i], &f, ways[i].path, ways[i].options);
      expect (&readers[i], &f, "session_start");
    }
  grow (&f, "1", "Wei\xc3\x9f");
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    expect (&readers[i], &f, "{\"type\":\"thinking_delta\",\"session_id\":\"s1\",\"step_id\":\"1\",\"offset\":0,"
                             "\"text\":\"Wei\xc3\x9f\"}");
  grow (&f, "1", " er");
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    expect (&readers[i], &f, "\"offset\":4,\"text\":\" er\"}");
  finish (&f, "1", "Wei\xc3\x9f er es?");
  grow (&f, "2", "no");
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      expect (&readers[i], &f, "\"kind\":\"thinking_step\"");
      expect (&readers[i], &f, "\"step_id\":\"2\",\"offset\":0");
    }
  ouioed_hub_drop_step (f.hub, "s1", "2");
  ouioed_hub_set_generation (f.hub, "s1", new_generation (OUIOE_PHASE_ANSWER), FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      expect (&readers[i], &f, "{\"type\":\"thinking_dropped\",\"session_id\":\"s1\",\"step_id\":\"2\"}");
      expect (&readers[i], &f, "{\"type\":\"generation\",\"session_id\":\"s1\",\"generation\":{\"model\":\"qwen3\"");
      reader_close (&readers[i]);
    }
  bus_fixture_down (&f);
}

static void
test_only_who_asks_is_shown_it (void)
{
  static const char *const options[] = { "(@a{sv} {},)", "({'deltas': <false>},)" };
  BusFixture f = { 0 };
  Reader reader;

  set_up (&f);
  grow (&f, "1", "growing");
  for (guint i = 0; i <= G_N_ELEMENTS (options); i++)
    {
      g_autofree char *step_id = g_strdup_printf ("done%u", i);

      if (i < G_N_ELEMENTS (options))
        open_live (&reader, &f, S1, options[i]);
      else
        reader_open (&reader, &f, S1, "0");
      expect (&reader, &f, "session_start");
      for (guint n = 0; n < i; n++)
        expect (&reader, &f, "\"content\":\"last\"");
      grow (&f, "1", "!");
      finish (&f, step_id, "last");
      expect (&reader, &f, "\"content\":\"last\"");
      reader_close (&reader);
    }
  bus_fixture_down (&f);
}

static void
test_options_are_checked (void)
{
  static const struct { const char *path, *options; } table[] = {
    { S1, "({'deltas': <'yes'>},)" },
    { S1, "({'after': <'yesterday'>},)" },
    { S1, "({'user_id': <'someone'>},)" },
    { OUIOED_BUS_ROOT, "({'after': <''>},)" },
    { OUIOED_BUS_ROOT, "({'unknown': <1>},)" },
  };
  BusFixture f = { 0 };

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *name = NULL;

      g_assert_cmpint (bus_open_live_stream (&f, table[i].path, table[i].options, &error), ==, -1);
      name = g_dbus_error_get_remote_error (error);
      g_assert_true (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY)
                     || g_strcmp0 (name, ERROR_NAME ("InvalidBody")) == 0);
    }
  bus_fixture_down (&f);
}

/* ---- a reader that stops ---- */

typedef struct {
  Reader      reader;
  GHashTable *open;      /* step id -> GString: what has been put together */
  GHashTable *done;      /* ids of steps that are final or dropped */
  guint       n_deltas;
  gboolean    ended;
} Assembler;

static void
free_text (gpointer text)
{
  g_string_free (text, TRUE);
}

static void
take_delta (Assembler *self, json_t *object, const char *step_id)
{
  GString *open = g_hash_table_lookup (self->open, step_id);

  g_assert_false (g_hash_table_contains (self->done, step_id));
  g_assert_cmpint (json_integer_value (json_object_get (object, "offset")), ==,
                   open != NULL ? g_utf8_strlen (open->str, -1) : 0);
  if (open == NULL)
    {
      open = g_string_new (NULL);
      g_hash_table_insert (self->open, g_strdup (step_id), open);
    }
  g_string_append (open, json_string_value (json_object_get (object, "text")));
  self->n_deltas++;
}

static void
take_final (Assembler *self, json_t *object)
{
  const char *step_id = json_string_value (json_object_get (json_object_get (object, "context_used"), "step_id"));
  const GString *open = g_hash_table_lookup (self->open, step_id);

  g_assert_true (open == NULL || g_str_has_prefix (json_string_value (json_object_get (object, "content")), open->str));
  g_hash_table_remove (self->open, step_id);
  g_assert_true (g_hash_table_add (self->done, g_strdup (step_id)));
}

static void
assembler_take (Assembler *self, BusFixture *f)
{
  g_autofree char *line = reader_take (&self->reader, f);
  g_autoptr(json_t) object = json_loads (line, 0, NULL);
  const char *type = json_string_value (json_object_get (object, "type"));
  const char *kind = json_string_value (json_object_get (object, "kind"));
  const char *step_id = json_string_value (json_object_get (object, "step_id"));

  if (g_strcmp0 (type, "thinking_delta") == 0)
    take_delta (self, object, step_id);
  else if (g_strcmp0 (type, "thinking_dropped") == 0)
    {
      g_assert_true (g_hash_table_remove (self->open, step_id));
      g_assert_true (g_hash_table_add (self->done, g_strdup (step_id)));
    }
  else if (g_strcmp0 (kind, "thinking_step") == 0)
    take_final (self, object);
  self->ended = g_strcmp0 (kind, "session_end") == 0;
}

static void
assembler_init (Assembler *self, BusFixture *f)
{
  open_live (&self->reader, f, S1, "({'deltas': <true>},)");
  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_text);
  self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_deltas = 0;
  self->ended = FALSE;
}

static void
assembler_clear (Assembler *self)
{
  reader_close (&self->reader);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->done);
}

/* One reads at once, one now and then, one not before the end: its pipe is full long before. */
static void
test_text_put_together_is_the_beginning_of_the_step (void)
{
  g_autofree char *filler = g_strnfill (4000, 'f');
  g_autoptr(GString) text = g_string_new (NULL);
  BusFixture f = { 0 };
  Assembler readers[3];
  guint serial = 0;

  set_up (&f);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    assembler_init (&readers[i], &f);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *step_id = g_strdup_printf ("%u", serial);
      g_autofree char *filler_id = g_strdup_printf ("f%u", i);
      int what = g_test_rand_int_range (0, 10);

      if (what == 0)
        {
          g_string_append (text, " and the end");   /* a step may end with what was held back */
          finish (&f, step_id, text->str);
        }
      else if (what == 1)
        ouioed_hub_drop_step (f.hub, "s1", step_id);
      else if (what < 5)
        finish (&f, filler_id, filler);
      else
        {
          g_string_append (text, "\xe2\x82\xac word");
          grow (&f, step_id, "\xe2\x82\xac word");
        }
      if (what < 2)
        {
          g_string_truncate (text, 0);
          serial++;
        }
      while (g_main_context_iteration (NULL, FALSE))
        ;
      if (what >= 5)
        assembler_take (&readers[0], &f);
      if (what == 9)
        assembler_take (&readers[1], &f);
    }
  bus_close (&f, "s1", "done");
  bus_settle (&f);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    {
      while (!readers[i].ended)
        assembler_take (&readers[i], &f);
      g_assert_cmpuint (readers[i].n_deltas, >, 0);
    }
  g_assert_cmpuint (readers[2].n_deltas, <, readers[0].n_deltas);
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    assembler_clear (&readers[i]);
  bus_fixture_down (&f);
}

/* ---- properties ---- */

static gboolean
is_phase (BusFixture *f, gconstpointer data)
{
  g_autoptr(GVariant) phase = bus_get (f, S1, "Phase");

  return g_str_equal (g_variant_get_string (phase, NULL), data);
}

static void
test_session_tells_of_the_model (void)
{
  BusFixture f = { 0 };
  g_autoptr(GVariant) before = NULL;
  g_autoptr(GVariant) after = NULL;
  OuioeGeneration *generation;
  const char *model;
  gboolean can_stop = FALSE;
  guint32 calls = 0, runs = 0;
  guint64 since = 0, tokens = 0;
  g_autoptr(GVariant) estimate = NULL;
  g_autoptr(GVariant) phases = NULL;

  set_up (&f);
  before = bus_get (&f, S1, "Generation");
  g_assert_cmpuint (g_variant_n_children (before), ==, 0);
  g_assert_true (is_phase (&f, "none"));

  generation = new_generation (OUIOE_PHASE_WAITING);
  ouioe_generation_enter (generation, OUIOE_PHASE_THINKING, now_us + 1000);
  generation->output_tokens = 7;
  generation->estimate_low_us = G_USEC_PER_SEC;
  generation->estimate_high_us = 2 * G_USEC_PER_SEC;
  generation->estimate_runs = 3;
  ouioed_hub_set_generation (f.hub, "s1", generation, FALSE);
  bus_wait (&f, is_phase, "thinking");
  after = bus_get (&f, S1, "Generation");
  g_assert_true (g_variant_lookup (after, "model", "&s", &model));
  g_assert_cmpstr (model, ==, "qwen3");
  g_assert_true (g_variant_lookup (after, "calls", "u", &calls));
  g_assert_cmpuint (calls, ==, 1);
  g_assert_true (g_variant_lookup (after, "phase_since", "t", &since));
  g_assert_cmpuint (since, ==, (guint64) now_us + 1000);
  g_assert_true (g_variant_lookup (after, "output_tokens", "t", &tokens));
  g_assert_cmpuint (tokens, ==, 7);
  g_assert_true (g_variant_lookup (after, "can_stop", "b", &can_stop));
  g_assert_true (can_stop);
  g_assert_false (g_variant_lookup (after, "can_answer_now", "b", NULL));
  g_assert_false (g_variant_lookup (after, "input_tokens", "t", NULL));
  g_assert_false (g_variant_lookup (after, "tokens_per_second", "d", NULL));
  estimate = g_variant_lookup_value (after, "estimate", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (estimate, "runs", "u", &runs));
  g_assert_cmpuint (runs, ==, 3);
  phases = g_variant_lookup_value (after, "phases", G_VARIANT_TYPE ("aa{sv}"));
  g_assert_cmpuint (g_variant_n_children (phases), ==, 2);
  g_assert_true (g_variant_lookup (after, "phase_seconds", "@a{sd}", NULL));
  bus_fixture_down (&f);
}

/* ---- control ---- */

static OuioedControl asked;

static void
control_cb (const char *session_id, OuioedControl what, GTask *task, gpointer user_data)
{
  g_autoptr(GTask) owned = task;

  asked = what;
  g_task_return_boolean (task, TRUE);
}

static void
test_control (void)
{
  BusFixture f = { 0 };
  g_autofree char *stop_error = NULL;
  g_autofree char *answer_error = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) stopped = NULL;
  g_autoptr(GVariant) answered = NULL;

  set_up (&f);
  stop_error = bus_call_error (&f, S1, SESSION_IFACE, "Stop", NULL, NULL);
  g_assert_cmpstr (stop_error, ==, ERROR_NAME ("WrongState"));
  answer_error = bus_call_error (&f, S1, SESSION_IFACE, "AnswerNow", NULL, NULL);
  g_assert_cmpstr (answer_error, ==, ERROR_NAME ("WrongState"));

  ouioed_hub_set_control (f.hub, control_cb, NULL);
  answered = bus_call (&f, S1, SESSION_IFACE, "AnswerNow", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (asked, ==, OUIOED_CONTROL_ANSWER_NOW);
  stopped = bus_call (&f, S1, SESSION_IFACE, "Stop", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (asked, ==, OUIOED_CONTROL_STOP);
  bus_fixture_down (&f);
}

static void
test_features_say_so (void)
{
  BusFixture f = { 0 };
  g_autoptr(GVariant) features = NULL;
  g_autofree const char **words = NULL;

  set_up (&f);
  features = bus_get (&f, OUIOED_BUS_ROOT, "Features");
  words = g_variant_get_strv (features, NULL);
  g_assert_true (g_strv_contains (words, "thinking-delta"));
  g_assert_true (g_strv_contains (words, "control"));
  g_assert_false (g_strv_contains (words, "proxy"));
  bus_fixture_down (&f);
}

static void
test_features_tell_of_the_proxy (void)
{
  OuioedDbusConfig config = OUIOED_DBUS_CONFIG_DEFAULT;
  BusFixture f = { 0 };
  g_autoptr(GVariant) features = NULL;
  g_autofree const char **words = NULL;

  config.has_models = TRUE;
  bus_fixture_up (&f, &config, NULL);
  features = bus_get (&f, OUIOED_BUS_ROOT, "Features");
  words = g_variant_get_strv (features, NULL);
  g_assert_true (g_strv_contains (words, "proxy"));
  bus_fixture_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dbus/live/what-grows-is-shown", test_what_grows_is_shown);
  g_test_add_func ("/dbus/live/only-who-asks-is-shown-it", test_only_who_asks_is_shown_it);
  g_test_add_func ("/dbus/live/options-are-checked", test_options_are_checked);
  g_test_add_func ("/dbus/live/text-put-together-is-the-beginning-of-the-step",
                   test_text_put_together_is_the_beginning_of_the_step);
  g_test_add_func ("/dbus/live/session-tells-of-the-model", test_session_tells_of_the_model);
  g_test_add_func ("/dbus/live/control", test_control);
  g_test_add_func ("/dbus/live/features-say-so", test_features_say_so);
  g_test_add_func ("/dbus/live/features-tell-of-the-proxy", test_features_tell_of_the_proxy);
  return g_test_run ();
}
