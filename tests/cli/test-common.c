/* test-common.c - options, exit status and statistics
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioectl-describe.h"
#include "ouioectl-import.h"
#include "ouioectl-service.h"
#include "ouioectl-session.h"

/* The table that main() has; a row is enough to parse options. */
const OuioectlCommand ouioectl_commands[] = {
  { "close", "SESSION", "end a session", ouioectl_close },
  { NULL, NULL, NULL, NULL },
};

static void
test_every_error_has_an_exit_status (void)
{
  static const struct { OuioeError code; int status; } expected[] = {
    { OUIOE_ERROR_INTERNAL, 1 }, { OUIOE_ERROR_UNKNOWN_TYPE, 64 }, { OUIOE_ERROR_INVALID_BODY, 64 },
    { OUIOE_ERROR_SESSION_NOT_FOUND, 66 }, { OUIOE_ERROR_SESSION_EXISTS, 1 }, { OUIOE_ERROR_WRONG_STATE, 1 },
    { OUIOE_ERROR_UNREACHABLE, 69 }, { OUIOE_ERROR_BUSY, 75 }, { OUIOE_ERROR_TOO_MANY_SESSIONS, 75 },
    { OUIOE_ERROR_STORE_UNAVAILABLE, 75 }, { OUIOE_ERROR_DRAINING, 75 }, { OUIOE_ERROR_HOST_NOT_ALLOWED, 77 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr(GError) error = g_error_new_literal (OUIOE_ERROR, expected[i].code, "x");

      g_assert_cmpint (ouioectl_exit_for (error), ==, expected[i].status);
    }
  for (guint code = 0; code < OUIOE_N_ERRORS; code++)
    {
      g_autoptr(GError) error = g_error_new_literal (OUIOE_ERROR, (int) code, "x");

      g_assert_cmpint (ouioectl_exit_for (error), !=, 0);
    }
}

static void
test_a_missing_file_is_66 (void)
{
  g_autoptr(GError) missing = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "x");
  g_autoptr(GError) other = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "x");

  g_assert_cmpint (ouioectl_exit_for (missing), ==, 66);
  g_assert_cmpint (ouioectl_exit_for (other), ==, 1);
}

static void
test_durations_are_numbers_with_a_unit (void)
{
  static const struct { const char *text; gint64 seconds; } durations[] = {
    { "90", 90 }, { "90s", 90 }, { "30min", 1800 }, { "24h", 86400 }, { "7d", 604800 },
    { "", 0 }, { "0", 0 }, { "-1s", 0 }, { "1.5h", 0 }, { "5 min", 0 }, { "5m", 0 }, { "h", 0 },
      { "99999999999999999999", 0 },
    { "3000000000d", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      gint64 us = 0;

      g_assert_cmpint (ouioectl_parse_duration (durations[i].text, &us), ==, durations[i].seconds != 0);
      g_assert_cmpint (us, ==, durations[i].seconds * G_USEC_PER_SEC);
    }
}

static void
test_common_options_may_follow_the_command (void)
{
  char *words[] = { (char *) "close", (char *) "--address", (char *) "unix:/run/x", (char *) "s", (char *) "--json",
    NULL };
  char **argv = words;
  int argc = 5;
  OuioectlOptions options = { NULL };

  g_assert_true (ouioectl_parse (&options, NULL, NULL, &argc, &argv, 1, 1));
  g_assert_cmpint (argc, ==, 2);
  g_assert_cmpstr (argv[1], ==, "s");
  g_assert_cmpstr (options.address, ==, "unix:/run/x");
  g_assert_true (options.json);
  g_assert_false (options.ndjson);
  g_free (options.address);
}

static void
test_an_argument_may_look_like_an_option_behind_two_dashes (void)
{
  char *words[] = { (char *) "close", (char *) "--", (char *) "--odd", NULL };
  char **argv = words;
  int argc = 3;
  OuioectlOptions options = { NULL };

  g_assert_true (ouioectl_parse (&options, NULL, NULL, &argc, &argv, 1, 1));
  g_assert_cmpint (argc, ==, 2);
  g_assert_cmpstr (argv[1], ==, "--odd");
}

static void
test_statistics_are_aligned_and_safe (void)
{
  g_autofree char *text = ouioectl_stats_format (
    "{\"session_id\":\"s\\u001b[1m\",\"total_thinking_steps\":3,\"average_confidence\":0.85,"
    "\"thinking_types_used\":{\"analysis\":2,\"acme.lint\":1},\"done\":true}");
  g_autofree char *list = ouioectl_stats_format ("[1]");
  g_autofree char *nothing = ouioectl_stats_format ("");

  g_assert_cmpstr (text, ==,
                   "Session id                      s␛[1m\n"
                   "Total thinking steps            3\n"
                   "Average confidence              0.850\n"
                   "Thinking types used: analysis   2\n"
                   "Thinking types used: acme.lint  1\n"
                   "Done                            true\n");
  g_assert_null (list);
  g_assert_null (nothing);
}

static void
test_made_ids_differ (void)
{
  g_autofree char *one = ouioectl_session_make_id ("ingest");
  g_autofree char *two = ouioectl_session_make_id ("ingest");

  g_assert_true (g_str_has_prefix (one, "ingest-"));
  g_assert_cmpuint (strlen (one), ==, strlen ("ingest-") + 12);
  g_assert_cmpstr (one, !=, two);
}

static void
test_the_outcome_decides_the_status_of_wait (void)
{
  g_assert_cmpint (ouioectl_exit_for_outcome ("done"), ==, 0);
  g_assert_cmpint (ouioectl_exit_for_outcome ("closed"), ==, 0);
  g_assert_cmpint (ouioectl_exit_for_outcome ("failed"), ==, 10);
  g_assert_cmpint (ouioectl_exit_for_outcome ("something-else"), ==, 10);
  g_assert_cmpint (ouioectl_exit_for_outcome ("expired"), ==, 11);
}

static void
test_samples_of_a_metric_are_summed (void)
{
  static const char text[] = "# HELP a of\na 2.5\na_b 7\na{x=\"1\"} 4\na{x=\"2 3\",y=\"\"} 8\nb{x=\"1\"} 1e3";

  g_assert_cmpfloat (ouioectl_metrics_sum (text, "a", NULL), ==, 14.5);
  g_assert_cmpfloat (ouioectl_metrics_sum (text, "a", "x=\"1\""), ==, 4);
  g_assert_cmpfloat (ouioectl_metrics_sum (text, "b", NULL), ==, 1000);
  g_assert_cmpfloat (ouioectl_metrics_sum (text, "c", NULL), ==, -1);
  g_assert_cmpfloat (ouioectl_metrics_sum ("", "a", NULL), ==, -1);
}

static void
test_a_line_is_rewritten_but_for_its_session (void)
{
  static const struct { const char *line; const char *old; const char *session; const char *result; } cases[] = {
    { "{\"id\":\"1-0\",\"session_id\":\"a\",\"x\":1.50}", "a", "a",
      "{\"idempotency_key\":\"k\",\"id\":\"1-0\",\"session_id\":\"a\",\"x\":1.50}" },
    { "{\"id\":\"1-0\",\"session_id\":\"a\",\"x\":\"\\\"session_id\\\":\\\"a\\\"\"}", "a", "p\"a",
      "{\"idempotency_key\":\"k\",\"id\":\"1-0\",\"session_id\":\"p\\\"a\",\"x\":\"\\\"session_id\\\":\\\"a\\\"\"}" },
    { "{\"x\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"session_id\":\"a\"}", "a",
      "b", NULL },
    { "{\"session_id\" : \"a\"}", "a", "b", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *got = ouioectl_import_rewrite (cases[i].line, cases[i].old, cases[i].session, "k");

      g_assert_cmpstr (got, ==, cases[i].result);
    }
}

static void
on_option (const OuioectlCommand *command, const GOptionEntry *entry, gpointer user_data)
{
  gboolean *told = user_data;

  *told |= strcmp (entry->long_name, "address") == 0 && strstr (entry->description, OUIOE_DEFAULT_ADDRESS) != NULL;
}

static void
test_the_default_address_is_told (void)
{
  gboolean told = FALSE;

  ouioectl_describe (&ouioectl_commands[0], on_option, &told);
  g_assert_true (told);   /* in the text of the option it is written out, as texts to translate are */
}

static void
test_large_counts_keep_their_last_digits (void)
{
  static const guint64 counts[] = { 0, 1, 2, 999999, 1000000, 1000001, 1000002, G_GUINT64_CONSTANT (1000000000001),
                                    G_MAXUINT64 };

  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      gulong n = ouioectl_i18n_plural (counts[i]);

      g_assert_cmpuint (n, <, 2000000);
      g_assert_cmpuint (n % 1000000, ==, counts[i] % 1000000);
      g_assert_cmpint (n < 1000000, ==, counts[i] < 1000000);   /* 1000001 is not one */
    }
}

static void
test_what_is_empty_stays_empty (void)
{
  g_assert_cmpstr (ouioectl_i18n_get (""), ==, "");
  g_assert_cmpstr (ouioectl_i18n_get ("in no catalogue"), ==, "in no catalogue");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exit/every-error-has-a-status", test_every_error_has_an_exit_status);
  g_test_add_func ("/exit/missing-file-is-66", test_a_missing_file_is_66);
  g_test_add_func ("/options/durations-are-numbers-with-a-unit", test_durations_are_numbers_with_a_unit);
  g_test_add_func ("/options/common-ones-may-follow-the-command", test_common_options_may_follow_the_command);
  g_test_add_func ("/options/two-dashes-end-them", test_an_argument_may_look_like_an_option_behind_two_dashes);
  g_test_add_func ("/options/the-default-address-is-told", test_the_default_address_is_told);
  g_test_add_func ("/language/large-counts-keep-their-last-digits", test_large_counts_keep_their_last_digits);
  g_test_add_func ("/language/what-is-empty-stays-empty", test_what_is_empty_stays_empty);
  g_test_add_func ("/exit/the-outcome-decides-the-status-of-wait", test_the_outcome_decides_the_status_of_wait);
  g_test_add_func ("/status/samples-of-a-metric-are-summed", test_samples_of_a_metric_are_summed);
  g_test_add_func ("/import/a-line-is-rewritten-but-for-its-session", test_a_line_is_rewritten_but_for_its_session);
  g_test_add_func ("/stats/aligned-and-safe", test_statistics_are_aligned_and_safe);
  g_test_add_func ("/session/made-ids-differ", test_made_ids_differ);
  return g_test_run ();
}
