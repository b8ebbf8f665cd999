/* test-live-control.c - stop and answer now over REST, and what a session tells of the model's work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "live-reader.h"
#include "test-log.h"

#define API "/api/streaming"
#define STOP API "/sessions/s/stop"
#define ANSWER_NOW API "/sessions/s/answer-now"

static OuioedControl asked;
static guint n_asked;

static void
control_cb (const char *session_id, OuioedControl what, GTask *task, gpointer user_data)
{
  g_autoptr(GTask) owned = task;

  asked = what;
  n_asked++;
  if (g_str_equal (session_id, "s"))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_new_error (task, OUIOE_ERROR, OUIOE_ERROR_WRONG_STATE, "The model cannot be told.");
}

static void
set_control (HttpFixture *f, gpointer data)
{
  n_asked = 0;
  ouioed_hub_set_control (f->hub, control_cb, NULL);
}

static void
expect_code (Reply *reply, guint status, const char *code)
{
  g_autoptr(json_t) json = http_expect (reply, status);

  g_assert_cmpstr (json_text (json, "code"), ==, code);
}

static void
test_nothing_under_way (HttpFixture *f)
{
  http_create (f, "s");
  expect_code (http_post (f, STOP, ""), 409, "wrong-state");
  expect_code (http_post (f, ANSWER_NOW, ""), 409, "wrong-state");
}

static void
test_who_is_at_work_is_told (HttpFixture *f)
{
  static const struct { const char *path; OuioedControl what; } table[] = {
    { STOP, OUIOED_CONTROL_STOP },
    { ANSWER_NOW, OUIOED_CONTROL_ANSWER_NOW },
  };

  http_create (f, "s");
  http_create (f, "t");
  http_fixture_call (f, set_control, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_autoptr(json_t) json = http_expect (http_post (f, table[i].path, ""), 200);

      g_assert_true (json_is_true (json_object_get (json, "success")));
      g_assert_cmpstr (json_text (json, "session_id"), ==, "s");
      g_assert_cmpuint (n_asked, ==, i + 1);
      g_assert_cmpint (asked, ==, table[i].what);
    }
  expect_code (http_post (f, API "/sessions/t/stop", ""), 409, "wrong-state");
  g_assert_cmpuint (n_asked, ==, 3);
}

static void
test_unknown_session (HttpFixture *f)
{
  http_fixture_call (f, set_control, NULL);
  expect_code (http_post (f, STOP, ""), 404, "session-not-found");
  g_assert_cmpuint (n_asked, ==, 0);
}

static void
test_only_post_controls (HttpFixture *f)
{
  http_create (f, "s");
  http_fixture_call (f, set_control, NULL);
  expect_code (http_get (f, STOP), 405, "method-not-allowed");
  expect_code (http_request (f, "DELETE", ANSWER_NOW, NULL, NULL), 405, "method-not-allowed");
  g_assert_cmpuint (n_asked, ==, 0);
}

static void
test_session_tells_of_the_model (HttpFixture *f)
{
  g_autoptr(json_t) before = NULL;
  g_autoptr(json_t) shown = NULL;
  g_autoptr(json_t) listed = NULL;
  json_t *generation, *other;

  live_use_clock (f);
  http_create (f, "s");
  before = http_expect (http_get (f, API "/sessions/s"), 200);
  g_assert_null (json_object_get (before, "generation"));

  live_work (f, "s", OUIOE_PHASE_THINKING);
  shown = http_expect (http_get (f, API "/sessions/s"), 200);
  generation = json_object_get (shown, "generation");
  g_assert_cmpstr (json_text (generation, "phase"), ==, "thinking");
  g_assert_cmpstr (json_text (generation, "model"), ==, "qwen3");
  g_assert_true (json_is_true (json_object_get (generation, "can_stop")));
  g_assert_null (json_object_get (generation, "can_answer_now"));
  g_assert_null (json_object_get (generation, "output_tokens"));

  listed = http_expect (http_get (f, API "/sessions?limit=5"), 200);
  other = json_object_get (json_array_get (json_object_get (listed, "sessions"), 0), "generation");
  g_assert_true (json_equal (generation, other));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  http_fixture_add ("/transport/control/nothing-under-way-is-a-conflict", test_nothing_under_way);
  http_fixture_add ("/transport/control/who-is-at-work-is-told", test_who_is_at_work_is_told);
  http_fixture_add ("/transport/control/unknown-session-is-not-found", test_unknown_session);
  http_fixture_add ("/transport/control/only-post-controls", test_only_post_controls);
  http_fixture_add ("/transport/control/session-tells-of-the-model", test_session_tells_of_the_model);
  return g_test_run ();
}
