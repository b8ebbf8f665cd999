/* test-arguments.c - what words on the command line mean, and links
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <math.h>

#include "inspector-arguments.h"

static InspectorArguments *
parse (GVariantDict *options, const char *const *words, GError **error)
{
  g_autoptr(GVariantDict) none = g_variant_dict_new (NULL);

  return inspector_arguments_new (options != NULL ? options : none, words, g_get_tmp_dir (), error);
}

static void
assert_refused (GVariantDict *options, const char *const *words, const char *sentence)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(InspectorArguments) arguments = parse (options, words, &error);

  g_assert_null (arguments);
  g_assert_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE);
  g_assert_cmpstr (error->message, ==, sentence);
}

static void
test_nothing_is_enough (void)
{
  g_autoptr(InspectorArguments) arguments = parse (NULL, NULL, NULL);

  g_assert_null (arguments->address);
  g_assert_cmpuint (arguments->targets->len, ==, 0);
  g_assert_false (arguments->is_new_window || arguments->is_replay || arguments->follows_newest);
}

static void
test_addresses_are_told_from_sessions (void)
{
  static const struct { const char *word; const char *address; } rows[] = {
    { "ws://host:3005/", "http://host:3005" },
    { "wss://host/ws/sessions?x=1", "https://host" },
    { "http://127.0.0.1:3005", "http://127.0.0.1:3005" },
    { "HTTPS://host:1#x", "https://host:1" },
    { "unix:/run/ouioe.sock", "unix:/run/ouioe.sock" },
    { "bus:session", "bus:session" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      const char *const words[] = { rows[i].word, "disk", NULL };
      g_autoptr(InspectorArguments) arguments = parse (NULL, words, NULL);

      g_assert_cmpstr (arguments->address, ==, rows[i].address);
      g_assert_cmpuint (arguments->targets->len, ==, 1);
      g_assert_cmpstr (((InspectorTarget *) arguments->targets->pdata[0])->session_id, ==, "disk");
    }
}

static void
test_several_sessions_are_several_targets (void)
{
  static const char *const words[] = { "one", "ouioe:session/two#12-3", "three", NULL };
  g_autoptr(InspectorArguments) arguments = parse (NULL, words, NULL);
  InspectorTarget *link = arguments->targets->pdata[1];

  g_assert_cmpuint (arguments->targets->len, ==, 3);
  g_assert_cmpint (link->kind, ==, INSPECTOR_TARGET_SESSION);
  g_assert_cmpstr (link->session_id, ==, "two");
  g_assert_cmpstr (link->event_id, ==, "12-3");
}

static void
test_files_are_told_from_sessions (void)
{
  g_autofree char *directory = g_dir_make_tmp ("ouioe-arguments-XXXXXX", NULL);
  g_autofree char *ndjson = g_build_filename (directory, "a.ndjson", NULL);
  g_autofree char *plain = g_build_filename (directory, "plain", NULL);
  g_autofree char *uri = g_filename_to_uri (ndjson, NULL, NULL);
  const char *const words[] = { "a.ndjson", "plain", uri, "other", NULL };
  g_autoptr(GVariantDict) options = g_variant_dict_new (NULL);
  g_autoptr(InspectorArguments) arguments = NULL;

  g_assert_true (g_file_set_contents (ndjson, "{}\n", -1, NULL));
  g_assert_true (g_file_set_contents (plain, "{}\n", -1, NULL));
  arguments = inspector_arguments_new (options, words, directory, NULL);
  g_assert_cmpuint (arguments->targets->len, ==, 4);
  for (guint i = 0; i < 3; i++)
    {
      InspectorTarget *target = arguments->targets->pdata[i];
      g_autofree char *path = g_file_get_path (target->file);

      g_assert_cmpint (target->kind, ==, INSPECTOR_TARGET_FILE);
      g_assert_cmpstr (path, ==, i == 1 ? plain : ndjson);
    }
  g_assert_cmpint (((InspectorTarget *) arguments->targets->pdata[3])->kind, ==, INSPECTOR_TARGET_SESSION);
  g_unlink (ndjson);
  g_unlink (plain);
  g_rmdir (directory);
}

static void
test_options_are_read (void)
{
  static const char *const words[] = { "disk", NULL };
  g_autoptr(GVariantDict) options = g_variant_dict_new (NULL);
  g_autoptr(InspectorArguments) arguments = NULL;

  g_variant_dict_insert (options, "new-window", "b", TRUE);
  g_variant_dict_insert (options, "follow-newest", "b", TRUE);
  g_variant_dict_insert (options, "replay", "b", TRUE);
  g_variant_dict_insert (options, "speed", "d", 4.0);
  g_variant_dict_insert (options, "filter", "s", "kind:risk");
  arguments = parse (options, words, NULL);
  g_assert_true (arguments->is_new_window && arguments->follows_newest && arguments->is_replay);
  g_assert_cmpfloat (arguments->speed, ==, 4.0);
  g_assert_cmpstr (arguments->filter, ==, "kind:risk");
}

static void
test_what_cannot_be_used_is_told (void)
{
  g_autoptr(GVariantDict) speed = g_variant_dict_new (NULL);
  g_autoptr(GVariantDict) no_number = g_variant_dict_new (NULL);
  g_autoptr(GVariantDict) replay = g_variant_dict_new (NULL);
  const char *many[23] = { NULL };

  assert_refused (NULL, (const char *const[]) { "http://a", "http://b", NULL }, "“http://b” is one address too many");
  assert_refused (NULL, (const char *const[]) { "no-such-file.ndjson", NULL }, "There is no file “no-such-file.ndjson”");
  assert_refused (NULL, (const char *const[]) { "ouioe:nothing", NULL }, "“ouioe:nothing” is no link to a session");
  assert_refused (NULL, (const char *const[]) { "", NULL }, "“” is no id of a session");
  for (guint i = 0; i < 21; i++)
    many[i] = "x";
  assert_refused (NULL, many, "“x” is one argument too many");

  g_variant_dict_insert (speed, "speed", "d", 4.0);
  assert_refused (speed, NULL, "--speed needs --replay");
  g_variant_dict_insert (no_number, "replay", "b", TRUE);
  g_variant_dict_insert (no_number, "speed", "d", (double) NAN);
  assert_refused (no_number, (const char *const[]) { "x", NULL }, "--speed is from 0.1 to 1000");
  g_variant_dict_insert (replay, "replay", "b", TRUE);
  assert_refused (replay, NULL, "--replay needs a recording or a session");
}

static void
test_links_are_read_strictly (void)
{
  static const struct { const char *uri; const char *session; const char *event; } good[] = {
    { "ouioe:session/disk", "disk", NULL },
    { "OUIOE:session/a%20b%2Fc#1795437227312-0", "a b/c", "1795437227312-0" },
    { "ouioe:session/caf%C3%A9", "café", NULL },
  };
  static const char *const bad[] = {
    "", "http://x", "ouioe:", "ouioe:session/", "ouioe:session/#1-0", "ouioe:session/a#", "ouioe:session/a#x",
    "ouioe:session/a%00b", "ouioe:session/a%0Ab", "ouioe:session/%FF", "ouioe:session/%zz", "ouioe:connect/host",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree char *session = NULL;
      g_autofree char *event = NULL;

      g_assert_true (inspector_arguments_parse_link (good[i].uri, &session, &event));
      g_assert_cmpstr (session, ==, good[i].session);
      g_assert_cmpstr (event, ==, good[i].event);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *session = NULL;
      g_autofree char *event = NULL;

      g_assert_false (inspector_arguments_parse_link (bad[i], &session, &event));
      g_assert_null (session);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/arguments/nothing-is-enough", test_nothing_is_enough);
  g_test_add_func ("/arguments/addresses-are-told-from-sessions", test_addresses_are_told_from_sessions);
  g_test_add_func ("/arguments/several-sessions-are-several-targets", test_several_sessions_are_several_targets);
  g_test_add_func ("/arguments/files-are-told-from-sessions", test_files_are_told_from_sessions);
  g_test_add_func ("/arguments/options-are-read", test_options_are_read);
  g_test_add_func ("/arguments/what-cannot-be-used-is-told", test_what_cannot_be_used_is_told);
  g_test_add_func ("/arguments/links-are-read-strictly", test_links_are_read_strictly);
  return g_test_run ();
}
