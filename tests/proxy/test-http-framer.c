/* test-http-framer.c - where messages end, however their bytes arrive
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "framer-run.h"

#include <string.h>

#define MAX_HEAD 512
#define GET      "GET /x HTTP/1.1\r\nHost: h\r\n"
#define POST     "POST /x HTTP/1.1\r\nHost: h\r\n"
#define CHUNKED  POST "Transfer-Encoding: chunked\r\n\r\n"
#define OK       "HTTP/1.1 200 OK\r\n"
#define STREAM   OK "Transfer-Encoding: chunked\r\n\r\n"

/* What became of the data. */
typedef enum {
  END_COMPLETE,
  END_OPEN,              /* more is to come */
  END_WRONG,             /* a request that is refused */
  END_UNTIL_CLOSE,       /* all that comes is body */
  END_RAW,               /* all that comes is of no message */
  END_TUNNEL,
} End;

typedef struct {
  const char *name;
  const char *data;
  End         end;
  const char *body;      /* NULL: none */
  const char *more;      /* what of the data is left, or is raw; of a wrong request a part of what is wrong with it */
  gsize       len;       /* 0: up to the NUL */
} Case;

static const Case requests[] = {
  { "no body", GET "\r\n", END_COMPLETE, NULL, NULL },
  { "old, without a host", "GET / HTTP/1.0\r\n\r\n", END_COMPLETE, NULL, NULL },
  { "old, with a length", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", END_COMPLETE, "ab", NULL },
  { "old, with chunks", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", END_WRONG, NULL, "HTTP/1.0" },
  { "without a host", "GET / HTTP/1.1\r\n\r\n", END_WRONG, NULL, "names its host" },
  { "two hosts", GET "Host: h\r\n\r\n", END_WRONG, NULL, "once" },
  { "empty lines before it", "\r\n\r\n" GET "\r\n", END_COMPLETE, NULL, NULL },
  { "only empty lines", "\r\n\r\n", END_OPEN, NULL, NULL },
  { "a line feed before it", "\n" GET "\r\n", END_WRONG, NULL, "method" },
  { "a lone carriage return before it", "\r" GET "\r\n", END_WRONG, NULL, "stands alone" },
  { "two carriage returns before it", "\r\r\n" GET "\r\n", END_WRONG, NULL, "stands alone" },
  { "half a head", GET "Accept: *", END_OPEN, NULL, NULL },
  { "length 0", POST "Content-Length: 0\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "length 5", POST "Content-Length: 5\r\n\r\nhelloGET", END_COMPLETE, "hello", "GET" },
  { "half a body", POST "Content-Length: 5\r\n\r\nhel", END_OPEN, "hel", NULL },
  { "leading zeros", POST "Content-Length: 0005\r\n\r\nhello", END_COMPLETE, "hello", NULL },
  { "large length", POST "Content-Length: 999999999999999999\r\n\r\nabc", END_OPEN, "abc", NULL },
  { "overflowing length", POST "Content-Length: 18446744073709551621\r\n\r\nhello", END_WRONG, NULL, "not a number" },
  { "negative length", POST "Content-Length: -1\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "signed length", POST "Content-Length: +5\r\n\r\nhello", END_WRONG, NULL, "not a number" },
  { "hexadecimal length", POST "Content-Length: 0x5\r\n\r\nhello", END_WRONG, NULL, "not a number" },
  { "empty length", POST "Content-Length:\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "list of lengths", POST "Content-Length: 5, 5\r\n\r\nhello", END_WRONG, NULL, "not a number" },
  { "equal lengths", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", END_WRONG, NULL, "once" },
  { "different lengths", POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", END_WRONG, NULL, "once" },
  { "length and chunks", POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", END_WRONG, NULL, "exclude" },
  { "chunks and length", POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", END_WRONG, NULL, "exclude" },
  { "chunked twice", POST "Transfer-Encoding: chunked, chunked\r\n\r\n", END_WRONG, NULL, "must be chunked" },
  { "another coding", POST "Transfer-Encoding: gzip\r\n\r\n", END_WRONG, NULL, "must be chunked" },
  { "coding before chunks", POST "Transfer-Encoding: gzip, chunked\r\n\r\n", END_WRONG, NULL, "must be chunked" },
  { "identity", POST "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\na", END_WRONG, NULL, "must be chunked" },
  { "vertical tab", POST "Transfer-Encoding: \013chunked\r\n\r\n", END_WRONG, NULL, "control character" },
  { "folded coding", POST "Transfer-Encoding:\r\n chunked\r\n\r\n", END_WRONG, NULL, "must be chunked" },
  { "folded", POST "X: a\r\n Content-Length: 5\r\n\r\nhello", END_WRONG, NULL, "folded" },
  { "space before the colon", POST "Content-Length : 5\r\n\r\nhello", END_WRONG, NULL, "colon" },
  { "no colon", POST "Content-Length\r\n\r\n", END_WRONG, NULL, "colon" },
  { "no name", POST ": 5\r\n\r\n", END_WRONG, NULL, "name" },
  { "line feeds alone", "GET / HTTP/1.1\nHost: h\n\n", END_WRONG, NULL, "control character" },
  { "a line feed in a head", GET "X: a\nContent-Length: 5\r\n\r\nhello", END_WRONG, NULL, "control character" },
  { "a carriage return in a head", GET "X: a\rContent-Length: 5\r\n\r\n", END_WRONG, NULL, "stands alone" },
  { "NUL in a value", GET "X: a\0b\r\n\r\n", END_WRONG, NULL, "control character", sizeof GET + 9 },
  { "NUL in a name", GET "X\0: a\r\n\r\n", END_WRONG, NULL, "colon", sizeof GET + 8 },
  { "NUL in the target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", END_WRONG, NULL, "control character", 28 },
  { "tab in the request line", "GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", END_WRONG, NULL, "control character" },
  { "two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", END_WRONG, NULL, "method, a target and a version" },
  { "four words", "GET / / HTTP/1.1\r\nHost: h\r\n\r\n", END_WRONG, NULL, "method, a target and a version" },
  { "space at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", END_WRONG, NULL, "method, a target and a version" },
  { "no version", "GET /\r\nHost: h\r\n\r\n", END_WRONG, NULL, "method, a target and a version" },
  { "small letters", "GET / http/1.1\r\nHost: h\r\n\r\n", END_WRONG, NULL, "version of the request" },
  { "version 1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", END_WRONG, NULL, "version of the request" },
  { "preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", END_WRONG, NULL, "version of the request" },
  { "bytes of TLS", "\026\003\001\002", END_WRONG, NULL, "method" },
  { "chunks", CHUNKED "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET", END_COMPLETE, "hello!", "GET" },
  { "no chunks", CHUNKED "0\r\n\r\n", END_COMPLETE, NULL, NULL },
  { "large digits", CHUNKED "A\r\n0123456789\r\n00b\r\n0123456789a\r\n0\r\n\r\n", END_COMPLETE, "01234567890123456789a", NULL },
  { "extensions", CHUNKED "1;a=\"b c\";d\r\nx\r\n0;end\r\n\r\n", END_COMPLETE, "x", NULL },
  { "trailers", CHUNKED "1\r\nx\r\n0\r\nDigest: a\r\nX: b\r\n\r\nY", END_COMPLETE, "x", "Y" },
  { "half a trailer", CHUNKED "0\r\nDigest: a\r\n", END_OPEN, NULL, NULL },
  { "length in trailers", CHUNKED "0\r\nContent-Length: 5\r\n\r\n", END_WRONG, NULL, "once" },
  { "coding in trailers", CHUNKED "0\r\nTransfer-Encoding: chunked\r\n\r\n", END_WRONG, NULL, "exclude" },
  { "host in trailers", CHUNKED "0\r\nHost: b\r\n\r\n", END_WRONG, NULL, "once" },
  { "folded trailer", CHUNKED "0\r\n X: b\r\n\r\n", END_WRONG, NULL, "folded" },
  { "trailer without a colon", CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n", END_WRONG, NULL, "colon" },
  { "trailer with a line feed alone", CHUNKED "0\r\nX: b\n\r\n", END_WRONG, NULL, "control character" },
  { "line feed for the last line", CHUNKED "0\r\n\n", END_WRONG, NULL, "name" },
  { "line feed behind a size", CHUNKED "1\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "line feed behind an extension", CHUNKED "1;a\nx\r\n0\r\n\r\n", END_WRONG, NULL, "control character" },
  { "carriage return in an extension", CHUNKED "1;a\rb\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "stands alone" },
  { "NUL in an extension", CHUNKED "1;\0\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "control character", sizeof CHUNKED + 12 },
  { "line feed behind a chunk", CHUNKED "1\r\nx\n0\r\n\r\n", END_WRONG, "x", "longer" },
  { "too long a chunk", CHUNKED "1\r\nxy\r\n0\r\n\r\n", END_WRONG, "x", "longer" },
  { "empty size", CHUNKED "\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "no digits", CHUNKED ";a\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "size with a prefix", CHUNKED "0x1\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "negative size", CHUNKED "-1\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "space behind a size", CHUNKED "1 \r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "size of 2^64", CHUNKED "10000000000000000\r\nx", END_WRONG, NULL, "not a number" },
  { "size of 2^64 and 1", CHUNKED "10000000000000001\r\nx\r\n0\r\n\r\n", END_WRONG, NULL, "not a number" },
  { "size of 2^63 - 1", CHUNKED "7fffffffffffffff\r\nxyz", END_OPEN, "xyz", NULL },
  { "absolute form", "GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n", END_COMPLETE, NULL, NULL },
  { "asterisk", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", END_COMPLETE, NULL, NULL },
  { "authority", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\nx", END_COMPLETE, NULL, "x" },
};

static const Case answers[] = {
  { "length", OK "Content-Length: 5\r\n\r\nhelloX", END_COMPLETE, "hello", "X" },
  { "length 0", OK "Content-Length: 0\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "equal lengths", OK "Content-Length: 5\r\ncontent-length:5 \r\n\r\nhello", END_COMPLETE, "hello", NULL },
  { "different lengths", OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", END_UNTIL_CLOSE, "hello", NULL },
  { "overflowing length", OK "Content-Length: 18446744073709551621\r\n\r\nhello", END_UNTIL_CLOSE, "hello", NULL },
  { "negative length", OK "Content-Length: -1\r\n\r\nhello", END_UNTIL_CLOSE, "hello", NULL },
  { "no length", OK "\r\nhello", END_UNTIL_CLOSE, "hello", NULL },
  { "length and chunks", OK "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
    END_COMPLETE, "ab", NULL },
  { "coding before chunks", OK "Transfer-Encoding: gzip\r\ntransfer-encoding: x, Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    END_COMPLETE, "a", NULL },
  { "coding after chunks", OK "Transfer-Encoding: chunked, gzip\r\n\r\n1\r\na", END_UNTIL_CLOSE, "1\r\na", NULL },
  { "another coding", OK "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\nab", END_UNTIL_CLOSE, "ab", NULL },
  { "identity", OK "Transfer-Encoding: identity\r\nContent-Length: 1\r\n\r\nab", END_COMPLETE, "a", "b" },
  { "folded coding", OK "Transfer-Encoding:\r\n\tchunked\r\n\r\n1\r\na\r\n0\r\n\r\n", END_COMPLETE, "a", NULL },
  { "length in a fold", OK "X: a\r\n Content-Length: 1\r\n\r\nab", END_UNTIL_CLOSE, "ab", NULL },
  { "space before the colon", OK "Content-Length : 1\r\n\r\nab", END_COMPLETE, "a", "b" },
  { "no colon", OK "nothing\r\nContent-Length: 1\r\n\r\nab", END_COMPLETE, "a", "b" },
  { "NUL in a head", OK "X: \0\r\nContent-Length: 1\r\n\r\nab", END_COMPLETE, "a", "b", sizeof OK + 27 },
  { "line feeds alone", "HTTP/1.1 200 OK\nContent-Length: 1\n\nab", END_COMPLETE, "a", "b" },
  { "mixed ends", "HTTP/1.1 200 OK\nContent-Length: 1\n\r\nab", END_COMPLETE, "a", "b" },
  { "empty lines before it", "\r\n\nHTTP/1.1 204 x\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "no reason", "HTTP/1.1 200\r\nContent-Length: 1\r\n\r\na", END_COMPLETE, "a", NULL },
  { "old", "HTTP/1.0 200 OK\r\n\r\nhello", END_UNTIL_CLOSE, "hello", NULL },
  { "no content", "HTTP/1.1 204 x\r\nContent-Length: 5\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "not modified", "HTTP/1.1 304 x\r\nTransfer-Encoding: chunked\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "after informational ones",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 x\r\nContent-Length: 9\r\n\r\n" OK "Content-Length: 1\r\n\r\na",
    END_COMPLETE, "a", NULL },
  { "only an informational one", "HTTP/1.1 100 Continue\r\n\r\n", END_OPEN, NULL, NULL },
  { "other protocol", "HTTP/1.1 101 x\r\nContent-Length: 1\r\n\r\n\r\nab", END_TUNNEL, NULL, "\r\nab" },
  { "chunks", STREAM "1\r\na\r\n2;x\r\nbc\r\n0\r\n\r\nX", END_COMPLETE, "abc", "X" },
  { "chunks with line feeds", STREAM "1\na\n2 ;x\nbc\r\n0\n\nX", END_COMPLETE, "abc", "X" },
  { "trailers", STREAM "0\r\nno colon\r\nContent-Length: 7\n\r\nX", END_COMPLETE, NULL, "X" },
  { "half a chunk", STREAM "5\r\nab", END_OPEN, "ab", NULL },
  { "size of 2^64", STREAM "10000000000000000\r\nab", END_RAW, NULL, "\r\nab" },
  { "wrong size", STREAM "1\r\na\r\nxyz", END_RAW, "a", "yz" },
  { "too long a chunk", STREAM "1\r\nab\r\n", END_RAW, "a", "\r\n" },
  { "garbage", "no answer\r\n\r\nat all", END_RAW, NULL, "at all" },
  { "garbage without an end", "no answer", END_OPEN, NULL, NULL },
  { "another version", "HTTP/2 200\r\n\r\nab", END_RAW, NULL, "ab" },
  { "status of two digits", "HTTP/1.1 20 OK\r\n\r\nab", END_RAW, NULL, "ab" },
  { "status of four digits", "HTTP/1.1 2000 OK\r\n\r\nab", END_RAW, NULL, "ab" },
  { "status below 100", "HTTP/1.1 099 OK\r\n\r\nab", END_RAW, NULL, "ab" },
};

static const Case answers_to_head[] = {
  { "length", OK "Content-Length: 5\r\n\r\nX", END_COMPLETE, NULL, "X" },
  { "chunks", STREAM "X", END_COMPLETE, NULL, "X" },
  { "neither", OK "\r\n", END_COMPLETE, NULL, NULL },
  { "after an informational one", "HTTP/1.1 103 x\r\n\r\n" OK "\r\nX", END_COMPLETE, NULL, "X" },
};

static void
check (const Case *c, RunKind kind, const FramerRun *run, gsize len)
{
  const GString *raw = run->parts[OUIOED_PART_RAW];

  g_assert_cmpstr (run->parts[OUIOED_PART_BODY]->str, ==, c->body != NULL ? c->body : "");
  g_assert_cmpint (run->is_complete, ==, c->end == END_COMPLETE);
  g_assert_cmpint (run->error != NULL, ==, c->end == END_WRONG);
  g_assert_cmpint (run->is_until_close, ==, c->end == END_UNTIL_CLOSE || c->end == END_RAW || c->end == END_TUNNEL);
  g_assert_cmpint (run->is_tunnel, ==, c->end == END_TUNNEL);
  if (c->end == END_WRONG)
    {
      g_assert_nonnull (strstr (run->error, c->more));
      g_assert_false (run->is_oversized);
      return;
    }
  if (c->end == END_COMPLETE)
    g_assert_cmpstr (c->data + run->used, ==, c->more != NULL ? c->more : "");
  else
    g_assert_cmpuint (run->used, ==, len);
  g_assert_cmpstr (raw->str, ==, c->end == END_RAW || c->end == END_TUNNEL ? c->more : "");
}

/* One who has it whole reads the same. */
static void
check_again (const Case *c, const FramerRun *run, gsize len)
{
  g_autoptr(GString) body = g_string_new (NULL);
  gboolean good = read_whole_request (c->data, &len, body);

  if (c->end != END_COMPLETE)
    return;
  g_assert_true (good);
  g_assert_cmpuint (len, ==, run->used);
  g_assert_true (g_string_equal (body, run->parts[OUIOED_PART_BODY]));
}

static void
check_table (const Case *cases, gsize n_cases, RunKind kind)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      const Case *c = &cases[i];
      gsize len = c->len > 0 ? c->len : strlen (c->data);
      g_auto(FramerRun) whole = { 0 };

      g_test_message ("%s", c->name);
      framer_run (&whole, kind, MAX_HEAD, c->data, len, 0, 0, FALSE);
      check (c, kind, &whole, len);
      if (kind == RUN_REQUEST)
        check_again (c, &whole, len);
      for (gsize piece = 1; piece <= 3; piece++)
        {
          g_auto(FramerRun) run = { 0 };

          framer_run (&run, kind, MAX_HEAD, c->data, len, piece, piece, FALSE);
          framer_run_compare (&whole, &run);
        }
      for (gsize first = 1; first < len; first++)
        {
          g_auto(FramerRun) run = { 0 };

          framer_run (&run, kind, MAX_HEAD, c->data, len, first, 0, FALSE);
          framer_run_compare (&whole, &run);
        }
    }
}

static void
test_requests (void)
{
  check_table (requests, G_N_ELEMENTS (requests), RUN_REQUEST);
}

static void
test_answers (void)
{
  check_table (answers, G_N_ELEMENTS (answers), RUN_ANSWER);
}

static void
test_answers_to_head (void)
{
  check_table (answers_to_head, G_N_ELEMENTS (answers_to_head), RUN_ANSWER_TO_HEAD);
}

/* A head of @size bytes. */
static GString *
make_head (const char *start, gsize size)
{
  GString *head = g_string_new (start);

  g_string_append (head, "X: ");
  while (head->len < size - 4)
    g_string_append_c (head, 'x');
  return g_string_append (head, "\r\n\r\n");
}

static void
test_head_at_its_limit (void)
{
  g_autoptr(GString) fits = make_head (GET, MAX_HEAD);
  g_autoptr(GString) beyond = make_head (GET, MAX_HEAD + 1);
  g_autoptr(GString) answer = make_head (OK, MAX_HEAD);
  g_autoptr(GString) long_answer = make_head (OK, MAX_HEAD + 1);

  for (gsize piece = 0; piece <= MAX_HEAD; piece += 37)
    {
      FramerRun runs[4];

      framer_run (&runs[0], RUN_REQUEST, MAX_HEAD, fits->str, fits->len, piece, piece, FALSE);
      g_assert_true (runs[0].is_complete);
      framer_run (&runs[1], RUN_REQUEST, MAX_HEAD, beyond->str, beyond->len, piece, piece, FALSE);
      g_assert_true (runs[1].is_oversized);
      g_assert_nonnull (runs[1].error);
      framer_run (&runs[2], RUN_ANSWER, MAX_HEAD, answer->str, answer->len, piece, piece, FALSE);
      g_assert_cmpstr (runs[2].layout->str, ==, "H512 ");
      g_assert_cmpuint (runs[2].n_heads, ==, 1);
      framer_run (&runs[3], RUN_ANSWER, MAX_HEAD, long_answer->str, long_answer->len, piece, piece, FALSE);
      g_assert_cmpstr (runs[3].layout->str, ==, "H512 R1 ");
      g_assert_cmpuint (runs[3].n_heads, ==, 0);
      for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
        framer_run_clear (&runs[i]);
    }
}

/* @before, then @n times 'x', then @after. */
static GString *
make_long (const char *before, gsize n, const char *after)
{
  GString *text = g_string_new (before);

  for (gsize i = 0; i < n; i++)
    g_string_append_c (text, 'x');
  return g_string_append (text, after);
}

static void
test_chunk_line_at_its_limit (void)
{
  for (gsize beyond = 0; beyond <= 1; beyond++)
    {
      g_autoptr(GString) text = make_long (CHUNKED "0;", OUIOED_FRAMER_MAX_CHUNK_LINE - 4 + beyond, "\r\n\r\n");
      g_auto(FramerRun) whole = { 0 };
      g_auto(FramerRun) bytes = { 0 };

      framer_run (&whole, RUN_REQUEST, MAX_HEAD, text->str, text->len, 0, 0, FALSE);
      framer_run (&bytes, RUN_REQUEST, MAX_HEAD, text->str, text->len, 1, 1, FALSE);
      framer_run_compare (&whole, &bytes);
      g_assert_cmpint (whole.is_complete, ==, beyond == 0);
      g_assert_cmpstr (whole.error, ==, beyond == 0 ? NULL : "An extension of a chunk is too long");
    }
}

static void
test_trailers_at_their_limit (void)
{
  for (gsize beyond = 0; beyond <= 1; beyond++)
    {
      g_autoptr(GString) text = make_long (CHUNKED "0\r\nX:", MAX_HEAD - 6 + beyond, "\r\n\r\n");
      g_auto(FramerRun) whole = { 0 };
      g_auto(FramerRun) bytes = { 0 };

      framer_run (&whole, RUN_REQUEST, MAX_HEAD, text->str, text->len, 0, 0, FALSE);
      framer_run (&bytes, RUN_REQUEST, MAX_HEAD, text->str, text->len, 1, 1, FALSE);
      framer_run_compare (&whole, &bytes);
      g_assert_cmpint (whole.is_complete, ==, beyond == 0);
      g_assert_cmpstr (whole.error, ==, beyond == 0 ? NULL : "The trailers are larger than the server accepts");
    }
}

static void
test_messages_one_after_the_other (void)
{
  static const char data[] =
    GET "\r\n" POST "Content-Length: 2\r\n\r\nab" CHUNKED "1\r\nc\r\n0\r\nT: t\r\n\r\n\r\n" GET "\r\n";

  for (gsize first = 0; first < sizeof data; first++)
    {
      g_auto(FramerRun) run = { 0 };

      framer_run (&run, RUN_REQUEST, MAX_HEAD, data, sizeof data - 1, first, 0, TRUE);
      g_assert_cmpstr (run.layout->str, ==, "H28 . H48 B2 . H57 F3 B1 F5 T8 . H30 .");
      g_assert_cmpstr (run.parts[OUIOED_PART_BODY]->str, ==, "abc");
      g_assert_cmpstr (run.parts[OUIOED_PART_TRAILER]->str, ==, "T: t\r\n\r\n");
      g_assert_cmpuint (run.n_heads, ==, 4);
    }
}

static void
feed (OuioedHttpFramer *framer, const char *text)
{
  OuioedPart part;
  gsize at = 0;
  gsize n;

  while ((n = ouioed_http_framer_next (framer, text + at, strlen (text + at), &part)) > 0)
    at += n;
}

/* After the first byte of an answer a request must not be sent a second time. */
static void
test_answer_is_touched_by_anything (void)
{
  static const char *const first[] = { "\r\n", "H", "HTTP/1.1 100 x\r\n\r\n", "HTTP/1.1 100 x\r\n\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      OuioedHttpFramer framer = { 0 };

      ouioed_http_framer_begin_answer (&framer, FALSE, MAX_HEAD);
      feed (&framer, "");
      g_assert_true (ouioed_http_framer_is_untouched (&framer));
      feed (&framer, first[i]);
      g_assert_false (ouioed_http_framer_is_untouched (&framer));
      g_assert_false (framer.has_head);
      ouioed_http_framer_begin_answer (&framer, FALSE, MAX_HEAD);
      g_assert_true (ouioed_http_framer_is_untouched (&framer));
      ouioed_http_framer_clear (&framer);
    }
}

static void
test_large_head_does_not_stay (void)
{
  OuioedHttpFramer framer = { 0 };
  g_autoptr(GString) head = g_string_new (OK);

  for (guint i = 0; i < 10000; i++)
    g_string_append (head, "X: y\r\n");
  g_string_append (head, "Content-Length: 0\r\n\r\n");
  ouioed_http_framer_begin_answer (&framer, FALSE, head->len);
  feed (&framer, head->str);
  g_assert_true (ouioed_http_framer_is_complete (&framer));
  g_assert_cmpuint (framer.parsed.fields->len, ==, 10001);

  ouioed_http_framer_begin_answer (&framer, FALSE, head->len);
  g_assert_cmpuint (framer.head->allocated_len, <=, 4096);
  g_assert_null (framer.parsed.fields);
  feed (&framer, OK "Content-Length: 0\r\n\r\n");
  g_assert_true (ouioed_http_framer_is_complete (&framer));
  ouioed_http_framer_clear (&framer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/proxy/framer/requests", test_requests);
  g_test_add_func ("/proxy/framer/answers", test_answers);
  g_test_add_func ("/proxy/framer/answers-to-head", test_answers_to_head);
  g_test_add_func ("/proxy/framer/head-at-its-limit", test_head_at_its_limit);
  g_test_add_func ("/proxy/framer/chunk-line-at-its-limit", test_chunk_line_at_its_limit);
  g_test_add_func ("/proxy/framer/trailers-at-their-limit", test_trailers_at_their_limit);
  g_test_add_func ("/proxy/framer/one-after-the-other", test_messages_one_after_the_other);
  g_test_add_func ("/proxy/framer/answer-is-touched-by-anything", test_answer_is_touched_by_anything);
  g_test_add_func ("/proxy/framer/large-head-does-not-stay", test_large_head_does_not_stay);
  return g_test_run ();
}
