/* test-wire-head.c - what stands in a head, and where
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-wire-head.h"

#include <string.h>

#define OK "HTTP/1.1 200 OK\r\n"

/* The fields as "name=value|…"; names in small letters. */
static char *
show_fields (const OuioedWireHead *head)
{
  GString *shown = g_string_new (NULL);

  for (guint i = 0; i < head->fields->len; i++)
    {
      const OuioedWireField *field = &g_array_index (head->fields, OuioedWireField, i);
      g_autofree char *name = g_ascii_strdown (field->name, field->name_len);

      g_string_append_printf (shown, "%s=%.*s|", name, (int) field->value_len, field->value);
    }
  return g_string_free (shown, FALSE);
}

typedef struct {
  const char *line;
  const char *method;       /* NULL: refused */
  const char *target;
  guint       minor;
} RequestCase;

static const RequestCase request_cases[] = {
  { "GET / HTTP/1.1", "GET", "/", 1 },
  { "GET / HTTP/1.0", "GET", "/", 0 },
  { "M-SEARCH * HTTP/1.1", "M-SEARCH", "*", 1 },
  { "CONNECT h:1 HTTP/1.1", "CONNECT", "h:1", 1 },
  { "GET http://h/a?b#c HTTP/1.1", "GET", "http://h/a?b#c", 1 },
  { "GET / HTTP/1.2", NULL, NULL, 0 },
  { "GET / HTTP/2.0", NULL, NULL, 0 },
  { "GET / HTTP/11", NULL, NULL, 0 },
  { "GET / HTTP/1.1 ", NULL, NULL, 0 },
  { "GET / HTTP/1.1x", NULL, NULL, 0 },
  { "GET / XTTP/1.1", NULL, NULL, 0 },
  { "GET  HTTP/1.1", NULL, NULL, 0 },
  { "GET HTTP/1.1", NULL, NULL, 0 },
  { " / HTTP/1.1", NULL, NULL, 0 },
  { "GET / a HTTP/1.1", NULL, NULL, 0 },
  { "G(T / HTTP/1.1", NULL, NULL, 0 },
  { "G\303\251T / HTTP/1.1", NULL, NULL, 0 },
  { "GET", NULL, NULL, 0 },
};

static void
test_request_line (void)
{
  OuioedWireHead head = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (request_cases); i++)
    {
      const RequestCase *c = &request_cases[i];
      g_autofree char *text = g_strconcat (c->line, "\r\nHost: h\r\n\r\n", NULL);
      const char *error = NULL;
      gboolean good = ouioed_wire_head_parse_request (&head, text, strlen (text), &error);

      g_test_message ("%s", c->line);
      g_assert_cmpint (good, ==, c->method != NULL);
      g_assert_cmpint (error == NULL, ==, good);
      if (!good)
        continue;
      g_assert_cmpmem (head.method, head.method_len, c->method, strlen (c->method));
      g_assert_cmpmem (head.target, head.target_len, c->target, strlen (c->target));
      g_assert_cmpuint (head.minor, ==, c->minor);
      g_assert_cmpuint (head.start_len, ==, strlen (c->line) + 2);
      g_assert_cmpuint (head.fields->len, ==, 1);
    }
  ouioed_wire_head_clear (&head);
  g_assert_null (head.fields);
}

static void
test_nul_is_no_method (void)
{
  static const char text[] = "G\0T / HTTP/1.1\r\n\r\n";
  OuioedWireHead head = { 0 };
  const char *error = NULL;

  g_assert_false (ouioed_wire_head_parse_request (&head, text, sizeof text - 1, &error));
  g_assert_nonnull (error);
  ouioed_wire_head_clear (&head);
}

typedef struct {
  const char *line;
  guint       status;       /* 0: no answer */
  guint       minor;
} AnswerCase;

static const AnswerCase answer_cases[] = {
  { "HTTP/1.1 200 OK\r\n", 200, 1 },
  { "HTTP/1.0 404 Not Found\n", 404, 0 },
  { "HTTP/1.1 999\r\n", 999, 1 },
  { "HTTP/1.1 100 \r\n", 100, 1 },
  { "HTTP/1.1 099 x\r\n", 0, 0 },
  { "HTTP/1.1 2000 x\r\n", 0, 0 },
  { "HTTP/1.1 20 x\r\n", 0, 0 },
  { "HTTP/1.1  200 x\r\n", 0, 0 },
  { "HTTP/1.1\t200 x\r\n", 0, 0 },
  { "HTTP/2 200\r\n", 0, 0 },
  { "ICY 200 OK\r\n", 0, 0 },
  { "HTTP/1.1 20", 0, 0 },
  { "", 0, 0 },
};

static void
test_status_line (void)
{
  OuioedWireHead head = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (answer_cases); i++)
    {
      const AnswerCase *c = &answer_cases[i];
      gsize len = strlen (c->line);
      g_autofree char *text = g_memdup2 (c->line, len);

      g_test_message ("%s", c->line);
      g_assert_cmpint (ouioed_wire_head_parse_answer (&head, text, len), ==, c->status != 0);
      if (c->status == 0)
        continue;
      g_assert_cmpuint (head.status, ==, c->status);
      g_assert_cmpuint (head.minor, ==, c->minor);
    }
  ouioed_wire_head_clear (&head);
}

typedef struct {
  const char *fields;
  const char *shown;
} FieldsCase;

static const FieldsCase fields_cases[] = {
  { "\r\n", "" },
  { "A: b\r\nC:d\r\nE: \t f g \t\r\nF:\r\n\r\n", "a=b|c=d|e=f g|f=|" },
  { "A: b\nC: d\n\n", "a=b|c=d|" },
  { "A : b\r\nC\t:d\r\n\r\n", "a=b|c=d|" },
  { "nothing\r\nA: b:c\r\n: x\r\n\r\n", "a=b:c|" },
  { "A: b\r\n c: d\r\n\t e\r\nF: g\r\n\r\n", "a=b\r\n c: d\r\n\t e|f=g|" },
  { "A:\r\n b \r\n\r\n", "a=b|" },
  { "A:\r\n \r\nB: c\r\n\r\n", "a=|b=c|" },
  { " A: b\r\nC: d\r\n\r\n", "c=d|" },
  { "nothing\r\n A: b\r\nC: d\r\n\r\n", "c=d|" },
  { "A: b", "a=b|" },
};

static void
test_fields (void)
{
  OuioedWireHead head = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (fields_cases); i++)
    {
      g_autofree char *text = g_strconcat (OK, fields_cases[i].fields, NULL);
      g_autofree char *shown = NULL;

      g_assert_true (ouioed_wire_head_parse_answer (&head, text, strlen (text)));
      shown = show_fields (&head);
      g_assert_cmpstr (shown, ==, fields_cases[i].shown);
    }
  ouioed_wire_head_clear (&head);
}

static void
test_lines_of_a_field (void)
{
  static const char text[] = OK "A: b\r\nB: c\r\n d\r\nC: e\n\r\n";
  OuioedWireHead head = { 0 };
  const OuioedWireField *field;

  g_assert_true (ouioed_wire_head_parse_answer (&head, text, strlen (text)));
  field = ouioed_wire_head_find (&head, "a");
  g_assert_cmpmem (field->line, field->line_len, "A: b\r\n", 6);
  field = ouioed_wire_head_find (&head, "b");
  g_assert_cmpmem (field->line, field->line_len, "B: c\r\n d\r\n", 10);
  field = ouioed_wire_head_find (&head, "c");
  g_assert_cmpmem (field->line, field->line_len, "C: e\n", 5);
  g_assert_null (ouioed_wire_head_find (&head, "d"));
  g_assert_null (ouioed_wire_head_find (&head, ""));
  ouioed_wire_head_clear (&head);
}

typedef struct {
  const char *fields;
  gboolean    has;          /* the token "close" */
  gboolean    is_last;
} TokenCase;

static const TokenCase token_cases[] = {
  { "X: close\r\n\r\n", TRUE, TRUE },
  { "X: Close\r\n\r\n", TRUE, TRUE },
  { "X: a, CLOSE ,\t,\r\n\r\n", TRUE, TRUE },
  { "X: close,a\r\n\r\n", TRUE, FALSE },
  { "X: a\r\nY: b\r\nx: close\r\n\r\n", TRUE, TRUE },
  { "X: close\r\nX: a\r\n\r\n", TRUE, FALSE },
  { "X: close\r\nX: ,\r\n\r\n", TRUE, TRUE },
  { "X: close\r\nX:\r\n\r\n", TRUE, TRUE },
  { "X: a,\r\n close\r\n\r\n", TRUE, TRUE },
  { "X: closed\r\nX: xclose, clos\r\n\r\n", FALSE, FALSE },
  { "X: close a\r\n\r\n", FALSE, FALSE },
  { "X: \"close\"\r\n\r\n", FALSE, FALSE },
  { "Y: close\r\n\r\n", FALSE, FALSE },
  { "\r\n", FALSE, FALSE },
};

static void
test_tokens (void)
{
  OuioedWireHead head = { 0 };

  g_assert_false (ouioed_wire_head_has_token (&head, "x", "close"));
  g_assert_null (ouioed_wire_head_find (&head, "x"));
  for (guint i = 0; i < G_N_ELEMENTS (token_cases); i++)
    {
      g_autofree char *text = g_strconcat (OK, token_cases[i].fields, NULL);

      g_test_message ("%s", token_cases[i].fields);
      g_assert_true (ouioed_wire_head_parse_answer (&head, text, strlen (text)));
      g_assert_cmpint (ouioed_wire_head_has_token (&head, "x", "close"), ==, token_cases[i].has);
      g_assert_cmpint (ouioed_wire_head_ends_with (&head, "x", "close"), ==, token_cases[i].is_last);
    }
  ouioed_wire_head_clear (&head);
}

typedef struct {
  const char *text;
  gboolean    keeps;
} KeepCase;

static const KeepCase keep_cases[] = {
  { "HTTP/1.1 200 x\r\n\r\n", TRUE },
  { "HTTP/1.0 200 x\r\n\r\n", FALSE },
  { "HTTP/1.0 200 x\r\nConnection: Keep-Alive\r\n\r\n", TRUE },
  { "HTTP/1.1 200 x\r\nConnection: x, close\r\n\r\n", FALSE },
  { "HTTP/1.1 200 x\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", FALSE },
  { "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n", TRUE },
  { "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", FALSE },
  { "HTTP/1.0 200 x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n", FALSE },
  { "HTTP/1.0 200 x\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n", TRUE },
};

/* Where two readers could end a message in two places, nothing may follow on the connection. */
static void
test_keeps_alive (void)
{
  OuioedWireHead head = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (keep_cases); i++)
    {
      g_test_message ("%s", keep_cases[i].text);
      g_assert_true (ouioed_wire_head_parse_answer (&head, keep_cases[i].text, strlen (keep_cases[i].text)));
      g_assert_cmpint (ouioed_wire_head_keeps_alive (&head), ==, keep_cases[i].keeps);
    }
  ouioed_wire_head_clear (&head);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/wire-head/request-line", test_request_line);
  g_test_add_func ("/proxy/wire-head/nul-is-no-method", test_nul_is_no_method);
  g_test_add_func ("/proxy/wire-head/status-line", test_status_line);
  g_test_add_func ("/proxy/wire-head/fields", test_fields);
  g_test_add_func ("/proxy/wire-head/lines-of-a-field", test_lines_of_a_field);
  g_test_add_func ("/proxy/wire-head/tokens", test_tokens);
  g_test_add_func ("/proxy/wire-head/keeps-alive", test_keeps_alive);
  return g_test_run ();
}
