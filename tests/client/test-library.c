/* test-library.c - the shared library as a program from outside sees it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gmodule.h>

#include "ouioe.h"

static void
test_public_functions_are_there (void)
{
  g_autoptr(OuioeClient) client = ouioe_client_new ("http://127.0.0.1:1");
  g_autoptr(OuioeSubscription) subscription = ouioe_client_subscribe (client, "s", NULL);
  g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", "x", NULL, 0.5, NULL, NULL);
  g_autofree char *content = ouioe_thinking_step_dup_content (step);

  g_assert_cmpstr (ouioe_client_get_address (client), ==, "http://127.0.0.1:1");
  g_assert_true (OUIOE_IS_SUBSCRIPTION (subscription));
  g_assert_cmpstr (content, ==, "x");
  ouioe_subscription_stop (subscription);
}

static void
test_private_functions_are_not (void)
{
  static const char *const names[] = {
    "ouioe_codec_decode_event", "ouioe_codec_parse_object", "ouioe_json_write_string", "ouioe_text_new",
    "ouioe_vocabulary_index", "ouioe_event_new_encoded", "ouioe_sse_reader_new", "ouioe_client_peek_session",
    "ouioe_subscription_set_timing", "ouioe_position_take", "ouioe_address_new",
    "ouioe_live_frame_read", "ouioe_event_item_new_open", "ouioe_generation_new",
  };
  GModule *self = g_module_open (NULL, 0);
  gpointer symbol;

  g_assert_true (g_module_symbol (self, "ouioe_client_new", &symbol));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_false (g_module_symbol (self, names[i], &symbol));
  g_module_close (self);
}

static void
test_sessions_are_read_from_what_was_kept (void)
{
  static const char *const bad[] = { "", "[]", "{", "{\"session_id\":\"s\"}", "{\"state\":\"open\"}",
                                     "{\"session_id\":\"s\",\"state\":\"what\"}" };
  static const char good[] = "{\"session_id\":\"s\",\"state\":\"closed\"}";
  g_autoptr(OuioeSession) session = ouioe_session_new_from_data (good, sizeof good - 1, NULL);

  g_assert_cmpstr (ouioe_session_get_id (session), ==, "s");
  g_assert_cmpint (ouioe_session_get_state (session), ==, OUIOE_SESSION_CLOSED);
  g_assert_null (ouioe_session_get_user_request (session));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioe_session_new_from_data (bad[i], -1, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/library/public-functions-are-there", test_public_functions_are_there);
  g_test_add_func ("/library/private-functions-are-not", test_private_functions_are_not);
  g_test_add_func ("/library/sessions-are-read-from-what-was-kept", test_sessions_are_read_from_what_was_kept);
  return g_test_run ();
}
