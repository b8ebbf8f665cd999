/* test-request.c - bodies of requests: what is taken, what is refused, and how it is told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "codec-helpers.h"

#define MAX_LENGTH    100000
#define MAX_EXPIRY_US (G_GINT64_CONSTANT (30) * 24 * 3600 * G_USEC_PER_SEC)

typedef struct {
  const char *body;
  const char *problems;   /* as test_problems() tells them */
} BadBody;

/* ---- create ---- */

static OuioeCreateRequest *
read_create (const char *text, OuioeProblems *problems)
{
  OuioeStreamConfig defaults = OUIOE_STREAM_CONFIG_DEFAULT;
  g_autoptr(json_t) body = test_parse (text);

  return ouioe_codec_read_create (body, &defaults, MAX_LENGTH, MAX_EXPIRY_US, problems);
}

static void
test_create_has_the_defaults_of_the_contract (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeCreateRequest) request = read_create ("{\"session_id\":\"s1\",\"user_id\":\"\"}", problems);
  OuioeStreamConfig defaults = OUIOE_STREAM_CONFIG_DEFAULT;

  g_assert_nonnull (request);
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
  g_assert_cmpstr (request->session_id, ==, "s1");
  g_assert_cmpstr (request->user_id, ==, "");
  test_assert_config (&request->config, &defaults);
  test_assert_text (&request->context->user_request, "", 0);
  test_assert_text (&request->context->system_context, "{}", 2);
}

static void
test_create_takes_every_field (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeCreateRequest) request =
    read_create ("{\"session_id\":\"ü 😀.x\",\"user_id\":\"me\",\"debug_mode\":true,\"user_request\":\"a\\u0000b\","
                 "\"system_context\":{\"z\":9007199254740993,\"a\":[1.50]},\"max_stream_length\":100000,"
                 "\"progress_updates\":false,\"update_threshold_seconds\":0.25,\"expiry_seconds\":1,\"other\":[1]}",
                 problems);

  g_assert_nonnull (request);
  g_assert_cmpstr (request->session_id, ==, "ü 😀.x");
  g_assert_cmpstr (request->user_id, ==, "me");
  g_assert_true (request->config.debug_mode);
  g_assert_false (request->config.progress_updates);
  g_assert_cmpuint (request->config.max_stream_length, ==, 100000);
  g_assert_cmpint (request->config.update_threshold_us, ==, 250000);
  g_assert_cmpint (request->config.expiry_us, ==, 1000000);
  test_assert_text (&request->context->user_request, "a\0b", 3);
  g_assert_cmpstr (request->context->system_context.str, ==, "{\"z\":9007199254740993,\"a\":[1.5]}");
}

static void
test_create_takes_null_where_the_contract_does (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeCreateRequest) request =
    read_create ("{\"session_id\":\"s\",\"user_id\":\"u\",\"system_context\":null}", problems);

  g_assert_nonnull (request);
  test_assert_text (&request->context->system_context, "{}", 2);
}

static void
test_create_keeps_the_defaults_of_the_configuration (void)
{
  OuioeStreamConfig defaults = { TRUE, FALSE, 50, 7, 8 };
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = test_parse ("{\"session_id\":\"s\",\"user_id\":\"u\"}");
  g_autoptr(OuioeCreateRequest) request = ouioe_codec_read_create (body, &defaults, 100, 1000, problems);

  g_assert_nonnull (request);
  test_assert_config (&request->config, &defaults);
}

#define GOOD_START "{\"session_id\":\"s\",\"user_id\":\"u\","

static const BadBody bad_creates[] = {
  { "{}", "[\"body\",\"session_id\"] missing: session_id: is required\n"
          "[\"body\",\"user_id\"] missing: user_id: is required" },
  { "{\"session_id\":1,\"user_id\":null}",
    "[\"body\",\"session_id\"] string_type: session_id: must be a string, is a number\n"
    "[\"body\",\"user_id\"] string_type: user_id: must be a string, is null" },
  { "{\"session_id\":\"\",\"user_id\":\"u\"}",
    "[\"body\",\"session_id\"] string_too_short: session_id: must not be empty" },
  { "{\"session_id\":\"a/b\",\"user_id\":\"u\"}",
    "[\"body\",\"session_id\"] value_error: session_id: must not contain a slash" },
  { "{\"session_id\":\"..\",\"user_id\":\"u\"}",
    "[\"body\",\"session_id\"] value_error: session_id: must not be \".\" or \"..\"" },
  { "{\"session_id\":\"a\\u0000\",\"user_id\":\"u\"}",
    "[\"body\",\"session_id\"] value_error: session_id: must not contain control characters" },
  { "{\"session_id\":\"s\",\"user_id\":\"a\\u0000b\"}",
    "[\"body\",\"user_id\"] value_error: user_id: must not contain control characters" },
  { "{\"session_id\":\"s\",\"user_id\":\"a\\nb\"}",
    "[\"body\",\"user_id\"] value_error: user_id: must not contain control characters" },
  { GOOD_START "\"debug_mode\":1}",
    "[\"body\",\"debug_mode\"] bool_type: debug_mode: must be true or false, is a number" },
  { GOOD_START "\"debug_mode\":\"yes\"}",
    "[\"body\",\"debug_mode\"] bool_type: debug_mode: must be true or false, is a string" },
  { GOOD_START "\"debug_mode\":null}",
    "[\"body\",\"debug_mode\"] bool_type: debug_mode: must be true or false, is null" },
  { GOOD_START "\"user_request\":null}",
    "[\"body\",\"user_request\"] string_type: user_request: must be a string, is null" },
  { GOOD_START "\"system_context\":[]}",
    "[\"body\",\"system_context\"] dict_type: system_context: must be an object, is a list" },
  { GOOD_START "\"system_context\":\"{}\"}",
    "[\"body\",\"system_context\"] dict_type: system_context: must be an object, is a string" },
  { GOOD_START "\"max_stream_length\":0}",
    "[\"body\",\"max_stream_length\"] greater_than_equal: max_stream_length: must be between 1 and 100000, is 0" },
  { GOOD_START "\"max_stream_length\":100001}",
    "[\"body\",\"max_stream_length\"] less_than_equal: max_stream_length: must be between 1 and 100000, is 100001" },
  { GOOD_START "\"max_stream_length\":10.5}",
    "[\"body\",\"max_stream_length\"] int_type: max_stream_length: must be an integer, is a number with a fraction" },
  { GOOD_START "\"progress_updates\":0}",
    "[\"body\",\"progress_updates\"] bool_type: progress_updates: must be true or false, is a number" },
  { GOOD_START "\"update_threshold_seconds\":-0.5}",
    "[\"body\",\"update_threshold_seconds\"] greater_than_equal: update_threshold_seconds: must be between 0 and 86400,"
    " is -0.5" },
  { GOOD_START "\"update_threshold_seconds\":86401}",
    "[\"body\",\"update_threshold_seconds\"] less_than_equal: update_threshold_seconds: must be between 0 and 86400,"
    " is 86401" },
  { GOOD_START "\"expiry_seconds\":0.5}",
    "[\"body\",\"expiry_seconds\"] greater_than_equal: expiry_seconds: must be between 1 and 2592000, is 0.5" },
  { GOOD_START "\"expiry_seconds\":1e300}",
    "[\"body\",\"expiry_seconds\"] less_than_equal: expiry_seconds: must be between 1 and 2592000, is 1e+300" },
  { "{\"user_id\":5,\"debug_mode\":0,\"user_request\":1,\"system_context\":2}",
    "[\"body\",\"session_id\"] missing: session_id: is required\n"
    "[\"body\",\"user_id\"] string_type: user_id: must be a string, is a number\n"
    "[\"body\",\"user_request\"] string_type: user_request: must be a string, is a number\n"
    "[\"body\",\"system_context\"] dict_type: system_context: must be an object, is a number\n"
    "[\"body\",\"debug_mode\"] bool_type: debug_mode: must be true or false, is a number" },
};

static void
test_create_refuses_with_every_problem (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_creates); i++)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
      g_autofree char *told = NULL;

      g_assert_null (read_create (bad_creates[i].body, problems));
      told = test_problems (problems);
      g_assert_cmpstr (told, ==, bad_creates[i].problems);
    }
}

static void
test_create_bounds_ids_in_bytes (void)
{
  g_autofree char *longest = g_strnfill (OUIOE_MAX_SESSION_ID_BYTES, 'x');
  g_autofree char *good = g_strdup_printf ("{\"session_id\":\"%s\",\"user_id\":\"%s\"}", longest, longest);
  g_autofree char *bad = g_strdup_printf ("{\"session_id\":\"%s1\",\"user_id\":\"%s1\"}", longest, longest);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeCreateRequest) request = read_create (good, problems);
  g_autofree char *told = NULL;

  g_assert_nonnull (request);
  g_assert_null (read_create (bad, problems));
  told = test_problems (problems);
  g_assert_cmpstr (told, ==,
                   "[\"body\",\"session_id\"] string_too_long: session_id: must not be longer than 256 bytes\n"
                   "[\"body\",\"user_id\"] string_too_long: user_id: must not be longer than 256 bytes, has 257");
}

static void
test_session_ids_are_one_path_segment (void)
{
  static const char *const good[] = { "a", "user-123-chat", "...", ".a", "a b", "ü", "😀", "%2F", "\\", "\"",
    "?x#y" };
  static const char *const bad[] = { "", ".", "..", "/", "a/b", "a\nb", "\x7f", "\xc2\x85", "a\xff" };
  const char *why;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_assert_true (ouioe_session_id_is_valid (good[i], strlen (good[i]), &why));
      g_assert_null (why);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_false (ouioe_session_id_is_valid (bad[i], strlen (bad[i]), &why));
      g_assert_nonnull (why);
    }
  g_assert_false (ouioe_session_id_is_valid ("a\0b", 3, NULL));
}

/* ---- steps ---- */

static void
test_thinking_has_the_defaults_of_the_contract (void)
{
  g_autoptr(OuioeThinkingStep) step = test_read_step ("{\"thinking_type\":\"analysis\",\"content\":\"\"}");

  g_assert_cmpstr (step->thinking_type, ==, "analysis");
  test_assert_text (&step->content, "", 0);
  g_assert_cmpuint (step->reasoning_chain.n + step->alternatives.n + step->decision_factors.n, ==, 0);
  g_assert_false (step->has_confidence);
  g_assert_false (step->has_estimated_duration);
  g_assert_null (step->context_used.str);
}

static void
test_thinking_takes_every_field (void)
{
  g_autoptr(OuioeThinkingStep) step =
    test_read_step ("{\"session_id\":\"s\",\"kind\":\"thinking_step\",\"thinking_type\":\"acme.lint\","
                    "\"content\":\"a\\u0000😀\",\"reasoning_chain\":[\"x\",\"\",\"\\u0000\"],\"confidence\":1,"
                    "\"alternatives\":[\"y\"],\"decision_factors\":[\"z\"],\"context_used\":{\"k\":{}},"
                    "\"estimated_duration\":2.5,\"id\":\"ignored\",\"extra\":{}}");

  g_assert_cmpstr (step->thinking_type, ==, "acme.lint");
  test_assert_text (&step->content, "a\0😀", 6);
  g_assert_cmpuint (step->reasoning_chain.n, ==, 3);
  test_assert_text (&step->reasoning_chain.items[2], "\0", 1);
  g_assert_true (step->has_confidence);
  g_assert_cmpfloat (step->confidence, ==, 1.0);
  test_assert_text (&step->alternatives.items[0], "y", 1);
  test_assert_text (&step->decision_factors.items[0], "z", 1);
  g_assert_cmpstr (step->context_used.str, ==, "{\"k\":{}}");
  g_assert_true (step->has_estimated_duration);
  g_assert_cmpfloat (step->estimated_duration, ==, 2.5);
}

static void
test_thinking_takes_null_where_the_contract_does (void)
{
  g_autoptr(OuioeThinkingStep) step =
    test_read_step ("{\"thinking_type\":\"decision\",\"content\":\"c\",\"reasoning_chain\":null,\"alternatives\":null,"
                    "\"decision_factors\":null,\"context_used\":null,\"estimated_duration\":null}");

  g_assert_cmpuint (step->reasoning_chain.n, ==, 0);
  g_assert_null (step->context_used.str);
  g_assert_false (step->has_estimated_duration);
}

#define GOOD_STEP "{\"session_id\":\"s\",\"thinking_type\":\"decision\",\"content\":\"c\","

static const BadBody bad_steps[] = {
  { "{}",
    "[\"body\",\"session_id\"] missing: session_id: is required\n"
    "[\"body\",\"thinking_type\"] missing: thinking_type: is required\n"
    "[\"body\",\"content\"] missing: content: is required" },
  { "{\"session_id\":\"s\",\"thinking_type\":3,\"content\":null}",
    "[\"body\",\"thinking_type\"] string_type: thinking_type: must be a string, is a number\n"
    "[\"body\",\"content\"] string_type: content: must be a string, is null" },
  { "{\"session_id\":\"s\",\"thinking_type\":\"bogus\"}",
    "[\"body\",\"content\"] missing: content: is required" },
  { "{\"session_id\":\"a\\u0000b\",\"thinking_type\":\"decision\",\"content\":\"\"}",
    "[\"body\",\"session_id\"] value_error: session_id: must not contain control characters" },
  { GOOD_STEP "\"confidence\":1.5}",
    "[\"body\",\"confidence\"] less_than_equal: confidence: must be between 0 and 1, is 1.5" },
  { GOOD_STEP "\"confidence\":1.0000000000000002}",
    "[\"body\",\"confidence\"] less_than_equal: confidence: must be between 0 and 1, is 1.0000000000000002" },
  { GOOD_STEP "\"confidence\":-1}",
    "[\"body\",\"confidence\"] greater_than_equal: confidence: must be between 0 and 1, is -1" },
  { GOOD_STEP "\"confidence\":\"0.5\"}",
    "[\"body\",\"confidence\"] float_type: confidence: must be a number, is a string" },
  { GOOD_STEP "\"confidence\":null}",
    "[\"body\",\"confidence\"] float_type: confidence: must be a number, is null" },
  { GOOD_STEP "\"confidence\":true}",
    "[\"body\",\"confidence\"] float_type: confidence: must be a number, is a boolean" },
  { GOOD_STEP "\"reasoning_chain\":\"a\"}",
    "[\"body\",\"reasoning_chain\"] list_type: reasoning_chain: must be a list, is a string" },
  { GOOD_STEP "\"reasoning_chain\":[1,\"a\",null]}",
    "[\"body\",\"reasoning_chain\",0] string_type: reasoning_chain[0]: must be a string, is a number\n"
    "[\"body\",\"reasoning_chain\",2] string_type: reasoning_chain[2]: must be a string, is null" },
  { GOOD_STEP "\"alternatives\":{},\"decision_factors\":[[]]}",
    "[\"body\",\"alternatives\"] list_type: alternatives: must be a list, is an object\n"
    "[\"body\",\"decision_factors\",0] string_type: decision_factors[0]: must be a string, is a list" },
  { GOOD_STEP "\"context_used\":\"x\",\"estimated_duration\":-1}",
    "[\"body\",\"context_used\"] dict_type: context_used: must be an object, is a string\n"
    "[\"body\",\"estimated_duration\"] greater_than_equal: estimated_duration: must be 0 or more, is -1" },
};

static void
test_thinking_refuses_with_every_problem (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_steps); i++)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(json_t) body = test_parse (bad_steps[i].body);
      g_autofree char *told = NULL;
      char *session_id = (char *) "untouched";

      g_assert_null (ouioe_codec_read_thinking (body, NULL, &session_id, problems, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
      g_assert_null (session_id);
      told = test_problems (problems);
      g_assert_cmpstr (told, ==, bad_steps[i].problems);
    }
}

static void
test_thinking_bounds_lists (void)
{
  g_autoptr(GString) text = g_string_new (GOOD_STEP "\"alternatives\":[\"\"");
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(json_t) body = NULL;
  g_autofree char *told = NULL;
  char *session_id;

  for (guint i = 1; i < OUIOE_MAX_LIST_ITEMS; i++)
    g_string_append (text, ",\"\"");
  g_string_append (text, "]}");
  step = test_read_step (text->str);
  g_assert_cmpuint (step->alternatives.n, ==, OUIOE_MAX_LIST_ITEMS);

  g_string_truncate (text, text->len - 2);
  g_string_append (text, ",\"\"]}");
  body = test_parse (text->str);
  g_assert_null (ouioe_codec_read_thinking (body, NULL, &session_id, problems, NULL));
  told = test_problems (problems);
  g_assert_cmpstr (told, ==, "[\"body\",\"alternatives\"] too_long: alternatives: must not have more than 10000 items,"
                             " has 10001");
}

static void
check_unknown_word (const char *text, gboolean is_thinking, const char *start)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(GError) error = NULL;
  g_autoptr(json_t) body = test_parse (text);
  char *session_id;

  if (is_thinking)
    g_assert_null (ouioe_codec_read_thinking (body, NULL, &session_id, problems, &error));
  else
    g_assert_null (ouioe_codec_read_progress (body, NULL, &session_id, problems, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_UNKNOWN_TYPE);
  g_assert_cmpuint (ouioe_problems_get_n (problems), ==, 0);
  g_assert_true (g_str_has_prefix (error->message, start));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_null (session_id);
}

static void
test_unknown_types_are_told_with_the_known_ones (void)
{
  check_unknown_word ("{\"session_id\":\"s\",\"thinking_type\":\"bogus\",\"content\":\"\"}", TRUE,
                      "Invalid thinking type: bogus. Known types: initialization, analysis, ");
  check_unknown_word ("{\"session_id\":\"s\",\"thinking_type\":\"Analysis\",\"content\":\"\"}", TRUE,
                      "Invalid thinking type: Analysis. ");
  check_unknown_word ("{\"session_id\":\"s\",\"thinking_type\":\"\",\"content\":\"\"}", TRUE,
                      "Invalid thinking type: . ");
  check_unknown_word ("{\"session_id\":\"s\",\"thinking_type\":\"analysis\\u0000\",\"content\":\"\"}", TRUE,
                      "Invalid thinking type: analysis\xef\xbf\xbd. ");
  check_unknown_word ("{\"session_id\":\"s\",\"thinking_type\":\"a\\nb\\u001b\",\"content\":\"\"}", TRUE,
                      "Invalid thinking type: a\xef\xbf\xbd" "b\xef\xbf\xbd. ");
  check_unknown_word ("{\"session_id\":\"s\",\"progress_type\":\"analysis\",\"message\":\"\"}", FALSE,
                      "Invalid progress type: analysis. Known types: progress, ");
  check_unknown_word ("{\"session_id\":\"s\",\"progress_type\":\"01234567890123456789012345678901234567890123456789"
                      "012345678901234567890\",\"message\":\"\"}", FALSE,
                      "Invalid progress type: 0123456789012345678901234567890123456789012345678901234567890123…. ");
}

static void
test_session_may_come_from_elsewhere (void)
{
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) without = test_parse ("{\"thinking_type\":\"decision\",\"content\":\"\"}");
  g_autoptr(json_t) with = test_parse ("{\"session_id\":\"a/b\",\"progress_type\":\"progress\",\"message\":\"\"}");
  g_autoptr(OuioeThinkingStep) step = NULL;
  g_autoptr(OuioeProgressUpdate) update = NULL;
  char *first = NULL, *second = NULL;

  step = ouioe_codec_read_thinking (without, "socket", &first, problems, NULL);
  update = ouioe_codec_read_progress (with, "socket", &second, problems, NULL);
  g_assert_nonnull (step);
  g_assert_nonnull (update);
  g_assert_cmpstr (first, ==, "socket");
  g_assert_cmpstr (second, ==, "a/b"); /* cannot exist, and will not be found */
  g_ref_string_release (first);
  g_ref_string_release (second);
}

static void
test_session_ids_that_are_too_long_are_told (void)
{
  g_autofree char *name = g_strnfill (OUIOE_MAX_SESSION_ID_BYTES + 1, 'x');
  g_autofree char *text =
    g_strdup_printf ("{\"session_id\":\"%s\",\"thinking_type\":\"error\",\"content\":\"\"}", name);
  g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
  g_autoptr(json_t) body = test_parse (text);
  char *session_id;

  g_assert_null (ouioe_codec_read_thinking (body, NULL, &session_id, problems, NULL));
  g_assert_cmpstr (ouioe_problems_get (problems, 0)->type, ==, "string_too_long");
}

/* ---- updates ---- */

static void
test_progress_has_the_defaults_of_the_contract (void)
{
  g_autoptr(OuioeProgressUpdate) update =
    test_read_update ("{\"progress_type\":\"progress\",\"message\":\"m\",\"progress_percentage\":null,"
                      "\"current_step\":null,\"estimated_remaining\":null,\"total_steps\":null,"
                      "\"intermediate_findings\":null,\"current_activity\":null,\"confidence\":null}");
  g_autoptr(OuioeProgressUpdate) shorter = test_read_update ("{\"progress_type\":\"a.b\",\"message\":\"\"}");

  g_assert_cmpstr (update->progress_type, ==, "progress");
  g_assert_false (update->has_percentage);
  g_assert_false (update->has_total_steps);
  g_assert_false (update->has_confidence);
  g_assert_null (update->current_step.str);
  g_assert_null (update->estimated_remaining.str);
  g_assert_null (update->intermediate_findings.str);
  g_assert_null (update->current_activity.str);
  g_assert_false (shorter->has_percentage);
}

static void
test_progress_takes_every_field (void)
{
  g_autoptr(OuioeProgressUpdate) update =
    test_read_update ("{\"progress_type\":\"warning\",\"message\":\"m\",\"progress_percentage\":100,"
                      "\"current_step\":\"\",\"estimated_remaining\":\"2 min\",\"total_steps\":9223372036854775807,"
                      "\"intermediate_findings\":[{\"a\":1},{}],\"current_activity\":\"x\",\"confidence\":0}");
  g_autoptr(OuioeProgressUpdate) empty =
    test_read_update ("{\"progress_type\":\"warning\",\"message\":\"m\",\"intermediate_findings\":[]}");

  g_assert_true (update->has_percentage);
  g_assert_cmpfloat (update->percentage, ==, 100.0);
  test_assert_text (&update->current_step, "", 0);
  test_assert_text (&update->estimated_remaining, "2 min", 5);
  g_assert_true (update->has_total_steps);
  g_assert_cmpint (update->total_steps, ==, G_MAXINT64);
  g_assert_cmpstr (update->intermediate_findings.str, ==, "[{\"a\":1},{}]");
  test_assert_text (&update->current_activity, "x", 1);
  g_assert_true (update->has_confidence);
  g_assert_null (empty->intermediate_findings.str);
}

#define GOOD_UPDATE "{\"session_id\":\"s\",\"progress_type\":\"progress\",\"message\":\"m\","

static const BadBody bad_updates[] = {
  { "{}",
    "[\"body\",\"session_id\"] missing: session_id: is required\n"
    "[\"body\",\"progress_type\"] missing: progress_type: is required\n"
    "[\"body\",\"message\"] missing: message: is required" },
  { GOOD_UPDATE "\"progress_percentage\":100.5}",
    "[\"body\",\"progress_percentage\"] less_than_equal: progress_percentage: must be between 0 and 100, is 100.5" },
  { GOOD_UPDATE "\"progress_percentage\":-0.1}",
    "[\"body\",\"progress_percentage\"] greater_than_equal: progress_percentage: must be between 0 and 100, is -0.1" },
  { GOOD_UPDATE "\"progress_percentage\":\"60\"}",
    "[\"body\",\"progress_percentage\"] float_type: progress_percentage: must be a number, is a string" },
  { GOOD_UPDATE "\"current_step\":1,\"estimated_remaining\":2.5,\"current_activity\":[]}",
    "[\"body\",\"current_step\"] string_type: current_step: must be a string, is a number\n"
    "[\"body\",\"estimated_remaining\"] string_type: estimated_remaining: must be a string, is a number\n"
    "[\"body\",\"current_activity\"] string_type: current_activity: must be a string, is a list" },
  { GOOD_UPDATE "\"total_steps\":-1}",
    "[\"body\",\"total_steps\"] greater_than_equal: total_steps: must be 0 or more, is -1" },
  { GOOD_UPDATE "\"total_steps\":\"8\"}",
    "[\"body\",\"total_steps\"] int_type: total_steps: must be an integer, is a string" },
  { GOOD_UPDATE "\"intermediate_findings\":[{},1]}",
    "[\"body\",\"intermediate_findings\",1] dict_type: intermediate_findings[1]: must be an object, is a number" },
  { GOOD_UPDATE "\"intermediate_findings\":{},\"confidence\":2}",
    "[\"body\",\"intermediate_findings\"] list_type: intermediate_findings: must be a list, is an object\n"
    "[\"body\",\"confidence\"] less_than_equal: confidence: must be between 0 and 1, is 2" },
};

static void
test_progress_refuses_with_every_problem (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_updates); i++)
    {
      g_autoptr(OuioeProblems) problems = ouioe_problems_new ();
      g_autoptr(GError) error = NULL;
      g_autoptr(json_t) body = test_parse (bad_updates[i].body);
      g_autofree char *told = NULL;
      char *session_id;

      g_assert_null (ouioe_codec_read_progress (body, NULL, &session_id, problems, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_INVALID_BODY);
      told = test_problems (problems);
      g_assert_cmpstr (told, ==, bad_updates[i].problems);
    }
}

static void
test_step_id_is_found_in_the_context (void)
{
  static const struct { const char *context, *step_id; } cases[] = {
    { NULL, NULL },
    { "{}", NULL },
    { "{\"step_id\":\"2-7\"}", "2-7" },
    { "{\"border\":\"end\",\"rhythm\":[1,2,{\"step_id\":\"x\"}],\"step_id\":\"a\\\"b\"}", "a\"b" },
    { "{\"inside\":{\"step_id\":\"x\"}}", NULL },
    { "{\"step_id\":7}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(OuioeThinkingStep) step = ouioe_thinking_step_new ("analysis", "x", NULL, -1, NULL, NULL);
      OuioeText step_id;

      step->context_used = ouioe_text_new (cases[i].context, -1);
      step_id = ouioe_codec_get_step_id (step);
      g_assert_cmpstr (step_id.str, ==, cases[i].step_id);
      ouioe_text_clear (&step_id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/create/has-the-defaults-of-the-contract", test_create_has_the_defaults_of_the_contract);
  g_test_add_func ("/create/takes-every-field", test_create_takes_every_field);
  g_test_add_func ("/create/takes-null-where-the-contract-does", test_create_takes_null_where_the_contract_does);
  g_test_add_func ("/create/keeps-the-defaults-of-the-configuration",
                   test_create_keeps_the_defaults_of_the_configuration);
  g_test_add_func ("/create/refuses-with-every-problem", test_create_refuses_with_every_problem);
  g_test_add_func ("/create/bounds-ids-in-bytes", test_create_bounds_ids_in_bytes);
  g_test_add_func ("/create/session-ids-are-one-path-segment", test_session_ids_are_one_path_segment);
  g_test_add_func ("/thinking/has-the-defaults-of-the-contract", test_thinking_has_the_defaults_of_the_contract);
  g_test_add_func ("/thinking/takes-every-field", test_thinking_takes_every_field);
  g_test_add_func ("/thinking/takes-null-where-the-contract-does", test_thinking_takes_null_where_the_contract_does);
  g_test_add_func ("/thinking/refuses-with-every-problem", test_thinking_refuses_with_every_problem);
  g_test_add_func ("/thinking/bounds-lists", test_thinking_bounds_lists);
  g_test_add_func ("/type/unknown-is-told-with-the-known-ones", test_unknown_types_are_told_with_the_known_ones);
  g_test_add_func ("/session/may-come-from-elsewhere", test_session_may_come_from_elsewhere);
  g_test_add_func ("/session/ids-that-are-too-long-are-told", test_session_ids_that_are_too_long_are_told);
  g_test_add_func ("/progress/has-the-defaults-of-the-contract", test_progress_has_the_defaults_of_the_contract);
  g_test_add_func ("/progress/takes-every-field", test_progress_takes_every_field);
  g_test_add_func ("/progress/refuses-with-every-problem", test_progress_refuses_with_every_problem);
  g_test_add_func ("/step-id/is-found-in-the-context", test_step_id_is_found_in_the_context);

  return g_test_run ();
}
