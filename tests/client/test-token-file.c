/* test-token-file.c - the token that a daemon on another machine asks for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "told.h"

/* Refuses, and says which Authorization came. */
static gboolean
echo_token_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *came = g_hash_table_lookup (request->headers, "authorization");
  g_autofree char *body = g_strdup_printf ("{\"code\":\"forbidden\",\"detail\":\"%s\"}",
                                           came != NULL ? came : "nothing");

  fake_answer (out, "403 Forbidden", "application/json", body);
  return TRUE;
}

static void
assert_sends (FakeServer *server, const char *wanted)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(GError) error = NULL;
  g_autofree char *stats = ouioe_client_get_session_stats (client, "s", NULL, &error);

  g_assert_null (stats);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_FORBIDDEN);
  g_assert_cmpstr (error->message, ==, wanted);
}

static void
assert_stream_sends (FakeServer *server, const char *wanted)
{
  Told told = { 0 };

  told_follow (&told, fake_server_get_address (server), "s", NULL);
  fake_wait_for (told.is_over);
  g_assert_cmpstr (told.notes->str, ==, wanted);
  told_clear (&told);
}

static void
test_token_comes_from_a_private_file (void)
{
  g_autofree char *dir = g_dir_make_tmp ("ouioe-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "token", NULL);
  g_autofree char *sock = g_build_filename (dir, "sock", NULL);
  g_autoptr(FakeServer) server = fake_server_new (NULL, echo_token_cb, NULL);
  g_autoptr(FakeServer) local = fake_server_new (sock, echo_token_cb, NULL);
  static const char *const unusable[] = { "", "two words", "line\nline" };

  assert_sends (server, "nothing");
  g_assert_true (g_file_set_contents (path, "ouioe_abc-DEF_1\n", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_setenv ("OUIOE_TOKEN_FILE", path, TRUE);
  assert_sends (server, "Bearer ouioe_abc-DEF_1");
  assert_stream_sends (server, "failed forbidden: Bearer ouioe_abc-DEF_1\n");
  assert_sends (local, "nothing");    /* a Unix socket knows its peer */

  for (guint i = 0; i <= G_N_ELEMENTS (unusable); i++)
    {
      g_autoptr(OuioeClient) client = NULL;
      g_autoptr(GError) error = NULL;
      g_autofree char *stats = NULL;

      g_assert_true (g_file_set_contents (path, i > 0 ? unusable[i - 1] : "ouioe_abc-DEF_1", -1, NULL));
      g_assert_cmpint (g_chmod (path, i > 0 ? 0600 : 0644), ==, 0);
      client = ouioe_client_new (fake_server_get_address (server));
      stats = ouioe_client_get_session_stats (client, "s", NULL, &error);
      g_assert_null (stats);
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_assert_true (g_str_has_prefix (error->message, "$OUIOE_TOKEN_FILE: "));
      g_assert_null (strstr (error->message, "abc"));
    }
  g_unsetenv ("OUIOE_TOKEN_FILE");
  g_unlink (path);
  g_clear_pointer (&local, fake_server_free);
  g_unlink (sock);
  g_rmdir (dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token-file/token-comes-from-a-private-file", test_token_comes_from_a_private_file);
  return g_test_run ();
}
