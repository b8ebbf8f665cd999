/* test-log.c - how log lines look, and how often the same one may come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-log.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define TIME   (1795396263ll * SECOND + 398083)    /* 2026-11-23T01:11:03.398083Z */

static void
test_text_is_one_line_with_fields (void)
{
  const GLogField fields[] = {
    { "PRIORITY", "4", -1 },
    { "GLIB_DOMAIN", "Ouioed", -1 },
    { "OUIOE_SESSION", "s 1\n", -1 },
    { "MESSAGE", "a reader\nwas \x1b[1m dropped", -1 },
    { "OUIOE_PEER", "127.0.0.1:9xx", 11 },
  };
  g_autofree char *line = ouioed_log_format (OUIOED_LOG_TEXT, G_LOG_LEVEL_WARNING, fields, G_N_ELEMENTS (fields), TIME);

  g_assert_cmpstr (line, ==,
                   "2026-11-23T01:11:03.398Z warning: a reader\\u000awas \\u001b[1m dropped session=s 1\\u000a "
                   "peer=127.0.0.1:9\n");
}

static void
test_json_is_one_object (void)
{
  const GLogField fields[] = {
    { "PRIORITY", "5", -1 },
    { "MESSAGE_ID", OUIOED_MESSAGE_STARTED, -1 },
    { "MESSAGE", "it says \"hi\"\n\xff", -1 },
    { "OUIOE_SESSION", "s", -1 },
    { "CODE_LINE", "7", -1 },
  };
  g_autofree char *line = ouioed_log_format (OUIOED_LOG_JSON, G_LOG_LEVEL_MESSAGE, fields, G_N_ELEMENTS (fields), TIME);
  json_error_t error;
  json_t *object = json_loads (line, JSON_REJECT_DUPLICATES, &error);

  g_assert_nonnull (object);
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  g_assert_cmpstr (json_string_value (json_object_get (object, "time")), ==, "2026-11-23T01:11:03.398Z");
  g_assert_cmpstr (json_string_value (json_object_get (object, "level")), ==, "message");
  g_assert_cmpstr (json_string_value (json_object_get (object, "message")), ==, "it says \"hi\"\n\xef\xbf\xbd");
  g_assert_cmpstr (json_string_value (json_object_get (object, "message_id")), ==, OUIOED_MESSAGE_STARTED);
  g_assert_cmpstr (json_string_value (json_object_get (object, "session")), ==, "s");
  g_assert_cmpstr (json_string_value (json_object_get (object, "code_line")), ==, "7");
  g_assert_null (json_object_get (object, "priority"));
  json_decref (object);
}

/* A pipe that takes anything takes a line as a whole. */
static void
test_line_is_bounded (gconstpointer user_data)
{
  OuioedLogFormat format = GPOINTER_TO_INT (user_data);
  g_autofree char *message = g_strnfill (100000, '\x01');
  g_autofree char *peer = g_strnfill (100000, 'p');
  const GLogField fields[] = { { "MESSAGE", message, -1 }, { "OUIOE_PEER", peer, 100000 } };
  g_autofree char *line = ouioed_log_format (format, G_LOG_LEVEL_INFO, fields, G_N_ELEMENTS (fields), TIME);
  gsize len = strlen (line);

  g_assert_cmpuint (len, <=, 4096);
  g_assert_cmpint (line[len - 1], ==, '\n');
  g_assert_nonnull (strstr (line, "ppp"));
}

typedef struct {
  GString *told;    /* what was held back, in order of the telling */
  guint    n;
} Held;

static void
on_held (GLogLevelFlags level, const char *message, guint n, gpointer user_data)
{
  Held *held = user_data;

  g_string_append_printf (held->told, "%s:%u:%d ", message, n, level);
  held->n += n;
}

static void
test_same_line_comes_five_times_a_minute (void)
{
  Held held = { g_string_new (NULL), 0 };
  g_autoptr(OuioedLogLimit) limit = ouioed_log_limit_new (on_held, &held);

  for (guint i = 0; i < 12; i++)
    g_assert_cmpint (ouioed_log_limit_pass (limit, G_LOG_LEVEL_WARNING, "a", 10 * SECOND + i), ==, i < 5);
  g_assert_true (ouioed_log_limit_pass (limit, G_LOG_LEVEL_WARNING, "b", 11 * SECOND));
  g_assert_cmpstr (held.told->str, ==, "");

  /* the next minute begins with the count of the last */
  g_assert_true (ouioed_log_limit_pass (limit, G_LOG_LEVEL_WARNING, "a", 71 * SECOND));
  g_assert_cmpstr (held.told->str, ==, "a:7:16 ");
  g_assert_true (ouioed_log_limit_pass (limit, G_LOG_LEVEL_WARNING, "a", 72 * SECOND));
  g_string_free (held.told, TRUE);
}

static void
test_count_is_told_without_another_line (void)
{
  Held held = { g_string_new (NULL), 0 };
  g_autoptr(OuioedLogLimit) limit = ouioed_log_limit_new (on_held, &held);

  for (guint i = 0; i < 6; i++)
    ouioed_log_limit_pass (limit, G_LOG_LEVEL_MESSAGE, "a", 0);
  ouioed_log_limit_flush (limit, 59 * SECOND, FALSE);
  g_assert_cmpstr (held.told->str, ==, "");
  ouioed_log_limit_flush (limit, 60 * SECOND, FALSE);
  g_assert_cmpstr (held.told->str, ==, "a:1:32 ");
  ouioed_log_limit_flush (limit, 61 * SECOND, FALSE);
  g_assert_cmpstr (held.told->str, ==, "a:1:32 ");

  for (guint i = 0; i < 7; i++)
    ouioed_log_limit_pass (limit, G_LOG_LEVEL_MESSAGE, "b", 70 * SECOND);
  ouioed_log_limit_flush (limit, 71 * SECOND, TRUE);
  g_assert_cmpstr (held.told->str, ==, "a:1:32 b:2:32 ");
  g_string_free (held.told, TRUE);
}

/* However many different lines there are, what is remembered stays small, and no count is lost. */
static void
test_many_different_lines_are_bounded (void)
{
  Held held = { g_string_new (NULL), 0 };
  g_autoptr(OuioedLogLimit) limit = ouioed_log_limit_new (on_held, &held);

  for (guint i = 0; i < 8; i++)
    ouioed_log_limit_pass (limit, G_LOG_LEVEL_MESSAGE, "often", 0);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *message = g_strdup_printf ("line %u", i);

      g_assert_true (ouioed_log_limit_pass (limit, G_LOG_LEVEL_MESSAGE, message, 1));
    }
  g_assert_cmpstr (held.told->str, ==, "often:3:32 ");
  g_string_free (held.told, TRUE);
}

/* ---- the writer itself, in a process of its own ---- */

static void
log_everything (void)
{
  g_log_set_always_fatal (G_LOG_FATAL_MASK);    /* a warning ends a test program, but not this one */
  ouioed_log_install ();
  ouioed_log_configure (OUIOED_LOG_MESSAGE, OUIOED_LOG_TEXT);
  g_debug ("debug one");
  g_info ("info one");
  g_message ("message one");
  g_warning ("warning one");
  ouioed_log_configure (OUIOED_LOG_DEBUG, OUIOED_LOG_TEXT);
  g_debug ("debug two");
  ouioed_log_configure (OUIOED_LOG_WARNING, OUIOED_LOG_TEXT);
  g_message ("message three");
  for (guint i = 0; i < 9; i++)
    g_warning ("again");
  ouioed_log_flush (TRUE);
}

static void
test_writer_obeys_level_and_limit (void)
{
  if (g_test_subprocess ())
    {
      g_unsetenv ("G_MESSAGES_DEBUG");
      log_everything ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*message: message one\n*warning: warning one\n*debug: debug two\n*warning: again\n"
                             "*again\n*again\n*again\n*warning: again\n"
                             "*warning: again (4 more times within a minute)\n");
  g_test_trap_assert_stderr_unmatched ("*debug one*");
  g_test_trap_assert_stderr_unmatched ("*info one*");
  g_test_trap_assert_stderr_unmatched ("*message three*");
}

static void
test_domains_of_the_environment_are_shown (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("G_MESSAGES_DEBUG", G_LOG_DOMAIN, TRUE);
      log_everything ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_stderr ("*debug: debug one\n*info: info one\n*");
}

/* Tests count on G_DEBUG=fatal-criticals, also with our writer. */
static void
test_fatal_levels_end_the_process (void)
{
  if (g_test_subprocess ())
    {
      g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
      ouioed_log_install ();
      g_critical ("it must not be");
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*critical: it must not be\n*");
}

/* Standard error is a pipe that nobody reads: the lines are lost, the process goes on. */
static void
test_stalled_reader_does_not_stop_the_process (void)
{
  if (g_test_subprocess ())
    {
      int fds[2];
      gint64 before;

      g_assert_cmpint (pipe (fds), ==, 0);
      g_assert_cmpint (dup2 (fds[1], STDERR_FILENO), ==, STDERR_FILENO);
      ouioed_log_install ();
      ouioed_log_configure (OUIOED_LOG_DEBUG, OUIOED_LOG_TEXT);
      before = g_get_monotonic_time ();
      for (guint i = 0; i < 20000; i++)
        g_debug ("line %u of many", i);
      g_assert_cmpint (g_get_monotonic_time () - before, <, 20 * SECOND);

      close (fds[1]);
      return;
    }

  g_test_trap_subprocess (NULL, 60 * SECOND, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/log/text-is-one-line-with-fields", test_text_is_one_line_with_fields);
  g_test_add_func ("/log/json-is-one-object", test_json_is_one_object);
  g_test_add_data_func ("/log/text-line-is-bounded", GINT_TO_POINTER (OUIOED_LOG_TEXT), test_line_is_bounded);
  g_test_add_data_func ("/log/json-line-is-bounded", GINT_TO_POINTER (OUIOED_LOG_JSON), test_line_is_bounded);
  g_test_add_func ("/log/same-line-comes-five-times-a-minute", test_same_line_comes_five_times_a_minute);
  g_test_add_func ("/log/count-is-told-without-another-line", test_count_is_told_without_another_line);
  g_test_add_func ("/log/many-different-lines-are-bounded", test_many_different_lines_are_bounded);
  g_test_add_func ("/log/writer-obeys-level-and-limit", test_writer_obeys_level_and_limit);
  g_test_add_func ("/log/domains-of-the-environment-are-shown", test_domains_of_the_environment_are_shown);
  g_test_add_func ("/log/fatal-levels-end-the-process", test_fatal_levels_end_the_process);
  g_test_add_func ("/log/stalled-reader-does-not-stop-the-process", test_stalled_reader_does_not_stop_the_process);
  return g_test_run ();
}
