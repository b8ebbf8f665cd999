/* fuzz-request.c - what is asked of a model server, in any content coding and any pieces
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says what the rest is: which kind of request (its low four bits) in which coding (two bits more); the second
 * is the size of the pieces. What is read must not depend on the pieces, nor on how the JSON is laid out, and is fit to be
 * shown.
 */
#include "config.h"

#include "ouioed-body-decoder.h"
#include "ouioed-request-reader.h"

#include <jansson.h>
#include <string.h>

#define MAX_SIZE 4096    /* decoded, it stays below what a decoder gives up */

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static const OuioedRequestKind kinds[] = {
  OUIOED_REQUEST_NONE, OUIOED_REQUEST_OLLAMA_CHAT, OUIOED_REQUEST_OLLAMA_GENERATE, OUIOED_REQUEST_OLLAMA_TRANSFER,
  OUIOED_REQUEST_CHAT, OUIOED_REQUEST_COMPLETION, OUIOED_REQUEST_RESPONSES, OUIOED_REQUEST_MESSAGES, OUIOED_REQUEST_MCP,
};

static void
collect (const char *data, gsize len, gpointer user_data)
{
  g_assert_cmpuint (len, >, 0);
  g_string_append_len (user_data, data, (gssize) len);
}

/* The problem, or NULL. */
static char *
decode (const char *coding, const char *data, gsize len, gsize piece, GString *out)
{
  g_autoptr(OuioedBodyDecoder) decoder = ouioed_body_decoder_new (coding, collect, out);
  gboolean is_good = ouioed_body_decoder_get_problem (decoder) == NULL;

  for (gsize at = 0; at < len; at += piece)
    {
      /* Its own block, so that a sanitizer sees its end. */
      gsize n = MIN (piece, len - at);
      g_autofree char *bytes = g_memdup2 (data + at, n);

      is_good = ouioed_body_decoder_feed (decoder, bytes, n);
      g_assert_cmpint (is_good, ==, ouioed_body_decoder_get_problem (decoder) == NULL);
    }
  is_good = ouioed_body_decoder_end (decoder);
  g_assert_cmpint (is_good, ==, ouioed_body_decoder_get_problem (decoder) == NULL);
  return g_strdup (ouioed_body_decoder_get_problem (decoder));
}

/* Of damaged data, how much comes out before the damage is told depends on the pieces; what comes out does not. */
static void
compare (const GString *a, const char *problem_a, const GString *b, const char *problem_b)
{
  g_assert_cmpstr (problem_a, ==, problem_b);
  g_assert_cmpmem (a->str, MIN (a->len, b->len), b->str, MIN (a->len, b->len));
  if (problem_a == NULL || strstr (problem_a, "damaged") == NULL)
    g_assert_cmpuint (a->len, ==, b->len);
}

static void
check_text (const char *text, gsize max)
{
  if (text == NULL)
    return;
  g_assert_cmpuint (strlen (text), >, 0);
  g_assert_cmpuint (strlen (text), <=, max);
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
check_format (const OuioedRequest *request)
{
  static const char *const types[] = {
    NULL, "text/event-stream", "application/x-ndjson;a", "application/json; charset=x", "x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      OuioeDialectFlags flags = OUIOE_DIALECT_FLAGS_NONE;
      OuioeDialectFormat format = ouioed_request_get_format (request, types[i], &flags);

      if (format == OUIOE_DIALECT_MCP)
        g_assert_cmpint (request->kind, ==, OUIOED_REQUEST_MCP);
      if (i == 1)
        g_assert_false (flags & OUIOE_DIALECT_WHOLE);
      if (i == 3)
        g_assert_true (flags & OUIOE_DIALECT_WHOLE);
    }
}

static void
check_request (const OuioedRequest *request, OuioedRequestKind kind)
{
  g_assert_true (request->kind == kind || (kind == OUIOED_REQUEST_MCP && request->kind == OUIOED_REQUEST_NONE));
  check_text (request->model, OUIOED_REQUEST_MAX_NAME);
  check_text (request->title, 3 * OUIOED_REQUEST_MAX_TITLE);       /* U+0000 is shown with three bytes */
  check_text (request->continues, OUIOED_REQUEST_MAX_NAME + sizeof "conversation:");
  g_assert_cmpuint (request->messages->len, <=, OUIOED_REQUEST_MAX_MESSAGES);
  check_format (request);
}

static void
compare_requests (const OuioedRequest *a, const OuioedRequest *b)
{
  g_assert_cmpint (a->kind, ==, b->kind);
  g_assert_cmpstr (a->model, ==, b->model);
  g_assert_cmpstr (a->title, ==, b->title);
  g_assert_cmpstr (a->continues, ==, b->continues);
  g_assert_cmpint (a->stream, ==, b->stream);
  g_assert_cmpint (a->can_end_thinking, ==, b->can_end_thinking);
  g_assert_cmpuint (a->messages->len, ==, b->messages->len);
  for (guint i = 0; i < a->messages->len; i++)
    {
      const OuioedMessage *one = &g_array_index (a->messages, OuioedMessage, i);
      const OuioedMessage *other = &g_array_index (b->messages, OuioedMessage, i);

      g_assert_cmpmem (one->digest, sizeof one->digest, other->digest, sizeof other->digest);
      g_assert_cmpint (one->follows, ==, other->follows);
    }
}

static void
check_body (OuioedRequestKind kind, const char *body, gsize len)
{
  g_autofree char *copy = g_memdup2 (body, len);
  g_autoptr(OuioedRequest) request = ouioed_request_read (kind, copy, len);
  json_t *root = json_loadb (body, len, JSON_ALLOW_NUL, NULL);

  check_request (request, kind);
  if (root != NULL)
    {
      char *dump = json_dumps (root, JSON_INDENT (3) | JSON_SORT_KEYS | JSON_ENSURE_ASCII);
      g_autoptr(OuioedRequest) again = ouioed_request_read (kind, dump, strlen (dump));

      compare_requests (request, again);
      free (dump);
    }
  else
    {
      g_assert_true (request->title == NULL && request->model == NULL && request->continues == NULL);
      g_assert_cmpuint (request->messages->len, ==, 0);
    }
  json_decref (root);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static const char *const codings[] = { NULL, "gzip", "deflate", "br" };
  g_autoptr(GString) whole = g_string_new (NULL);
  g_autoptr(GString) bytes = g_string_new (NULL);
  g_autoptr(GString) pieces = g_string_new (NULL);
  g_autofree char *of_whole = NULL;
  g_autofree char *of_bytes = NULL;
  g_autofree char *of_pieces = NULL;
  const char *coding;
  OuioedRequestKind kind;

  if (size < 2 || size > MAX_SIZE)
    return 0;
  kind = kinds[(data[0] & 15) % G_N_ELEMENTS (kinds)];
  coding = codings[(data[0] >> 4) & 3];

  of_whole = decode (coding, (const char *) data + 2, size - 2, size, whole);
  of_bytes = decode (coding, (const char *) data + 2, size - 2, 1, bytes);
  of_pieces = decode (coding, (const char *) data + 2, size - 2, data[1] + 2, pieces);
  compare (whole, of_whole, bytes, of_bytes);
  compare (whole, of_whole, pieces, of_pieces);
  check_body (kind, whole->str, whole->len);
  return 0;
}
