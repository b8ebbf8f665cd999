/* test-head-check.c - heads that every reader understands alike, and others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-head-check.h"

#include <string.h>

#define HEAD "POST /x HTTP/1.1\r\n"

typedef struct {
  const char *head;
  gsize       len;          /* 0: up to the NUL */
  const char *error;        /* part of it, NULL when all is well */
} Case;

static const Case cases[] = {
  { HEAD "Host: a\r\n\r\n", 0, NULL },
  { "\r\n\r\n" HEAD "Host: a\r\n\r\n", 0, NULL },
  { HEAD "\r\n", 0, NULL },
  { HEAD "Host:a\r\nX-Empty:\r\nX-Tab:\t b\tc \r\n\r\n", 0, NULL },
  { HEAD "Content-Length:  12 \t\r\n\r\n", 0, NULL },
  { HEAD "TRANSFER-ENCODING: Chunked\r\n\r\n", 0, NULL },
  { HEAD "X: \303\251\377\r\n\r\n", 0, NULL },
  { HEAD "\r\nbehind it: \0\1\n anything", 0, NULL },
  { HEAD "Content-Lengthy: x\r\nContent-Lengthy: y\r\n\r\n", 0, NULL },
  { HEAD "Transfer-Encoding-Not: x\r\n\r\n", 0, NULL },
  { "\n" HEAD "\r\n", 0, "method" },
  { " " HEAD "\r\n", 0, "method" },
  { "GET /x HTTP/1.1\n\r\n", 0, "control" },
  { "GET /\tx HTTP/1.1\r\n\r\n", 0, "control" },
  { "GET /x HTTP/1.1\rX", 0, "alone" },
  { HEAD "Host: a\nX: b\r\n\r\n", 0, "control" },
  { HEAD "Host: a\r\n\n", 0, "begin with a name" },
  { HEAD "Host: a\rb\r\n\r\n", 0, "alone" },
  { HEAD "Host: a\0b\r\n\r\n", sizeof HEAD + 13, "control" },
  { HEAD "Host: a\177\r\n\r\n", 0, "control" },
  { HEAD "Host : a\r\n\r\n", 0, "colon" },
  { HEAD "Content-Length\t: 5\r\n\r\n", 0, "colon" },
  { HEAD "no colon\r\n\r\n", 0, "colon" },
  { HEAD "nocolon\r\n\r\n", 0, "colon" },
  { HEAD ": empty\r\n\r\n", 0, "begin with a name" },
  { HEAD "X: a\r\n folded\r\n\r\n", 0, "folded" },
  { HEAD "X: a\r\n\tfolded\r\n\r\n", 0, "folded" },
  { HEAD " X: a\r\n\r\n", 0, "folded" },
  { HEAD "Content-Length: +5\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length: 5, 5\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length: 5 5\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length:\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length: 1234567890123456789\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length: 123456789012345678901234567890\r\n\r\n", 0, "not a number" },
  { HEAD "Content-Length: 5\r\ncontent-length: 5\r\n\r\n", 0, "once" },
  { HEAD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "exclude" },
  { HEAD "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 0, "exclude" },
  { HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 0, "once" },
  { HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n", 0, "chunked" },
  { HEAD "Transfer-Encoding: xchunked\r\n\r\n", 0, "chunked" },
  { HEAD "Transfer-Encoding:\r\n\r\n", 0, "chunked" },
  { HEAD "Transfer-Encoding: chunked                 x\r\n\r\n", 0, "chunked" },
  { HEAD "Host: a\r\nHOST: a\r\n\r\n", 0, "once" },
};

static void
check (const Case *c, const OuioedHeadCheck *head, gboolean ok)
{
  g_autofree char *shown = g_strescape (c->head, NULL);

  g_test_message ("%s", shown);
  g_assert_cmpint (ok, ==, c->error == NULL);
  if (c->error == NULL)
    g_assert_null (head->error);
  else
    g_assert_nonnull (strstr (head->error, c->error));
}

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OuioedHeadCheck head = { 0 };
      gsize len = cases[i].len != 0 ? cases[i].len : strlen (cases[i].head);

      check (&cases[i], &head, ouioed_head_check_feed (&head, cases[i].head, len));
      /* What was wrong stays wrong. */
      g_assert_cmpint (ouioed_head_check_feed (&head, "", 0), ==, cases[i].error == NULL);
    }
}

static void
test_byte_by_byte (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      OuioedHeadCheck head = { 0 };
      gsize len = cases[i].len != 0 ? cases[i].len : strlen (cases[i].head);
      gboolean ok = TRUE;

      for (gsize n = 0; n < len && ok; n++)
        ok = ouioed_head_check_feed (&head, cases[i].head + n, 1);
      check (&cases[i], &head, ok);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/net/head-check/table", test_table);
  g_test_add_func ("/net/head-check/byte-by-byte", test_byte_by_byte);
  return g_test_run ();
}
