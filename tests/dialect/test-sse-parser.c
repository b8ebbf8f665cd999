/* test-sse-parser.c - server-sent events as the WHATWG defines them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "ouioe-line-reader.h"
#include "ouioe-sse-parser.h"

static void
on_event (const char *type, const char *data, gsize len, const char *id, gpointer user_data)
{
  g_autofree char *text = g_strescape (data, NULL);

  g_assert_cmpuint (strlen (data), <=, len);
  g_string_append_printf (user_data, "[%s|%s|%s]", type, text, id);
}

static void
on_comment (const char *text, gsize len, gpointer user_data)
{
  g_string_append_printf (user_data, "(%s)", text);
}

static void
on_field (const char *name, const char *value, gsize len, gpointer user_data)
{
  g_string_append_printf (user_data, "{%s=%s}", name, value);
}

static void
on_overflow (gpointer user_data)
{
  g_string_append (user_data, "[overflow]");
}

static const OuioeSseFuncs funcs = { on_event, on_comment, on_field, on_overflow };

typedef struct {
  const char *name;
  const char *stream;
  const char *expected;
  gsize       len;        /* of stream; 0: up to the NUL */
} Case;

static const Case cases[] = {
  { "one-event", "data: hello\n\n", "[message|hello|]" },
  { "lines-end-with-cr", "data: a\r\rdata: b\r\r", "[message|a|][message|b|]" },
  { "lines-end-with-crlf", "data: a\r\n\r\ndata: b\r\n\r\n", "[message|a|][message|b|]" },
  { "line-ends-may-be-mixed", "data: a\rdata: b\ndata: c\r\n\r\n", "[message|a\\nb\\nc|]" },
  { "lf-cr-is-two-line-ends", "data: a\n\rdata: b\n\n", "[message|a|][message|b|]" },
  { "byte-order-mark-is-dropped", "\xef\xbb\xbf" "data: a\n\n", "[message|a|]" },
  { "only-one-byte-order-mark-is-dropped", "\xef\xbb\xbf\xef\xbb\xbf" "data: a\n\n", "{\xef\xbb\xbf" "data=a}" },
  { "byte-order-mark-later-is-text", "data: a\n\n\xef\xbb\xbf" "data: b\n\n", "[message|a|]{\xef\xbb\xbf" "data=b}" },
  { "data-of-several-lines-is-joined", "data: a\ndata\ndata: b\n\n", "[message|a\\n\\nb|]" },
  { "only-one-space-is-dropped", "data:  a\n\ndata:b\n\n", "[message| a|][message|b|]" },
  { "colon-in-value-is-text", "data: a: b:c\n\n", "[message|a: b:c|]" },
  { "event-without-data-is-none", "event: x\n\ndata: a\n\n", "[message|a|]" },
  { "empty-data-line-alone-is-an-event-only-with-two", "data\n\ndata\ndata\n\n", "[message||][message|\\n|]" },
  { "type-holds-for-one-event", "event: x\ndata: a\n\ndata: b\n\n", "[x|a|][message|b|]" },
  { "last-type-counts", "event: x\nevent: y\ndata: a\n\n", "[y|a|]" },
  { "empty-type-is-message", "event: x\nevent:\ndata: a\n\n", "[message|a|]" },
  { "id-stays", "id: 7\ndata: a\n\ndata: b\n\n", "[message|a|7][message|b|7]" },
  { "empty-id-resets", "id: 7\ndata: a\n\nid\ndata: b\n\n", "[message|a|7][message|b|]" },
  { "id-with-nul-is-ignored", "id: 1\0002\ndata: a\n\n", "[message|a|]", 17 },
  { "id-of-an-event-without-data-counts", "id: 7\n\ndata: a\n\n", "[message|a|7]" },
  { "id-of-an-unfinished-event-does-not", "data: a\n\nid: 9\n", "[message|a|]" },
  { "type-of-an-event-without-data-is-forgotten", "event: x\n\ndata: a\n\n", "[message|a|]" },
  { "field-without-colon-has-an-empty-value", "event: x\nevent\ndata: a\nerror\n\n", "{error=}[message|a|]" },
  { "field-name-with-nul-is-unknown", "da\0ta: a\n\ndata\0\n\ndata: b\n\n", "[message|b|]", 26 },
  { "data-with-nul-stays", "data: \0a\n\n", "[message||]", 10 },
  { "line-that-begins-with-space-is-no-comment", " : a\ndata: b\n\n", "{ =a}[message|b|]" },
  { "tab-behind-the-colon-is-text", "data:\ta\n\n", "[message|\\ta|]" },
  { "event-ends-with-the-cr-itself", "data: a\r\r", "[message|a|]" },
  { "half-a-byte-order-mark-is-text", "\xef\xbb" "data: a\n\n", "{\xef\xbf\xbd" "data=a}" },
  { "field-names-are-exact", "Data: a\n data: b\ndata : c\ndata: d\n\n", "{Data=a}{ data=b}{data =c}[message|d|]" },
  { "comment-has-no-effect", ": one\ndata: a\n:two\ndata: b\n:\n\n", "( one)(two)()[message|a\\nb|]" },
  { "unknown-field-is-told", "error: x\n\n", "{error=x}" },
  { "event-without-blank-line-is-dropped", "data: a\n\ndata: b\n", "[message|a|]" },
  { "line-without-end-is-dropped", "data: a\n\ndata: b", "[message|a|]" },
  { "bytes-that-are-not-utf8-are-replaced", "data: a\xff" "b\xe2\x82" "c\n\n",
    "[message|a\\357\\277\\275b\\357\\277\\275c|]" },
  { "surrogates-and-overlong-are-replaced-bytewise", "data: \xed\xa0\x80\xc0\xaf\n\n",
    "[message|\\357\\277\\275\\357\\277\\275\\357\\277\\275\\357\\277\\275\\357\\277\\275|]" },
  { "torn-character-is-joined", "data: \xc5\x81\xc3\xb3\xf0\x9f\x90\x87\n\n",
    "[message|\\305\\201\\303\\263\\360\\237\\220\\207|]" },
  { "many-blank-lines-are-nothing", "\n\n\r\n\r\rdata: a\n\n\n\n", "[message|a|]" },
};

static char *
run (const char *stream, gsize len, gsize chunk, gsize max, gint64 *retry)
{
  GString *log = g_string_new (NULL);
  g_autoptr(OuioeSseParser) reader = ouioe_sse_parser_new (max, &funcs, log);

  for (gsize at = 0; at < len; at += chunk)
    {
      gsize n = MIN (chunk, len - at);
      g_autofree char *piece = g_memdup2 (stream + at, n);

      ouioe_sse_parser_feed (reader, piece, n);
    }
  ouioe_sse_parser_end (reader);
  if (retry != NULL)
    *retry = ouioe_sse_parser_get_retry (reader);
  return g_string_free (log, FALSE);
}

static void
test_case (gconstpointer user_data)
{
  const Case *c = user_data;
  gsize len = c->len != 0 ? c->len : strlen (c->stream);

  for (gsize chunk = 1; chunk <= len; chunk++)
    {
      g_autofree char *got = run (c->stream, len, chunk, 1024, NULL);

      g_assert_cmpstr (got, ==, c->expected);
    }
}

static void
test_retry_takes_digits_only (void)
{
  static const struct { const char *stream; gint64 retry; } retries[] = {
    { "retry: 1500\n", 1500 }, { "retry: 0\n", 0 }, { "retry:\n", -1 }, { "retry: 1.5\n", -1 }, { "retry: -3\n", -1 },
    { "retry: 12a\n", -1 }, { "retry: 10\nretry: x\n", 10 }, { "retry: 99999999999999999999999\n", -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (retries); i++)
    {
      gint64 retry;
      g_autofree char *got = run (retries[i].stream, strlen (retries[i].stream), 3, 1024, &retry);

      g_assert_cmpstr (got, ==, "");
      g_assert_cmpint (retry, ==, retries[i].retry);
    }
}

static void
test_id_counts_when_its_event_ends (void)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(OuioeSseParser) reader = ouioe_sse_parser_new (100, &funcs, log);

  ouioe_sse_parser_feed (reader, "id: 5\n", 6);
  g_assert_cmpstr (ouioe_sse_parser_get_id (reader), ==, "");
  ouioe_sse_parser_feed (reader, "\n", 1);
  g_assert_cmpstr (ouioe_sse_parser_get_id (reader), ==, "5");
}

static void
test_beyond_the_limit_is_dropped_and_told (void)
{
  static const struct { const char *stream; const char *expected; } limits[] = {
    { "data: 0123456789\n\n", "[message|0123456789|]" },               /* 10 bytes of data in a line of 16: the limit */
    { "data: 01234567890\n\ndata: b\n\n", "[overflow][message|b|]" },
    { "data: 01234567\ndata: 012345678\n\ndata: b\n\n", "[overflow][message|b|]" },
    { "event: a very long type\ndata: a\n\ndata: b\n\n", "[overflow][message|b|]" },
    { ": a very long comment is no harm\ndata: a\n\n", "( a very long co)[message|a|]" },
    { "x: a very long field of no meaning\n\ndata: b\n\n", "[overflow][message|b|]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    for (gsize chunk = 1; chunk < 40; chunk++)
      {
        g_autofree char *got = run (limits[i].stream, strlen (limits[i].stream), chunk, 16, NULL);

        g_assert_cmpstr (got, ==, limits[i].expected);
      }
}

static void
on_line (const char *line, gsize len, gboolean too_long, gpointer user_data)
{
  g_string_append_printf (user_data, "<%s%s>", line, too_long ? "+" : "");
}

static void
test_line_reader_gives_out_a_last_line_without_end (void)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(OuioeLineReader) reader = ouioe_line_reader_new (4, on_line, log);

  ouioe_line_reader_feed (reader, "ab\ncd\r\n\nefghij\r", 15);
  ouioe_line_reader_feed (reader, "\nkl", 3);
  ouioe_line_reader_end (reader);
  g_assert_cmpstr (log->str, ==, "<ab><cd><><efgh+><kl>");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/sse/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }
  g_test_add_func ("/sse/retry-takes-digits-only", test_retry_takes_digits_only);
  g_test_add_func ("/sse/id-counts-when-its-event-ends", test_id_counts_when_its_event_ends);
  g_test_add_func ("/sse/beyond-the-limit-is-dropped-and-told", test_beyond_the_limit_is_dropped_and_told);
  g_test_add_func ("/lines/last-line-without-end-is-given-out", test_line_reader_gives_out_a_last_line_without_end);
  return g_test_run ();
}
