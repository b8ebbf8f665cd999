/* test-tee-bytes.c - what a client and a model server say to each other arrives as it was said, and at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A client with its request under way, and the upstream's end of it. */
typedef struct {
  TeeFixture fixture;
  int        client;
  int        server;
} Talk;

static void
talk_begin (Talk *talk, const char *request)
{
  g_autofree char *head = NULL;

  tee_fixture_init (&talk->fixture);
  tee_fixture_start (&talk->fixture);
  talk->client = tee_fixture_connect (&talk->fixture, "model");
  tee_put (talk->client, request);
  talk->server = tee_fixture_accept (&talk->fixture);
  head = tee_get_head (&talk->fixture, talk->server);
}

static void
talk_end (Talk *talk)
{
  close (talk->client);
  close (talk->server);
  tee_fixture_clear (&talk->fixture);
}

/* What is put into @from comes out of @to. */
static void
assert_passes (Talk *talk, int from, int to, const char *text)
{
  g_autofree char *got = NULL;

  tee_put (from, text);
  got = tee_get (&talk->fixture, to, strlen (text));
  g_assert_cmpstr (got, ==, text);
}

static void
assert_answer_passes (Talk *talk, const char *text)
{
  assert_passes (talk, talk->server, talk->client, text);
}

static GByteArray *
make_random (gsize len)
{
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < len; i++)
    {
      guint8 byte = (guint8) g_test_rand_int_range (0, 256);

      g_byte_array_append (bytes, &byte, 1);
    }
  return bytes;
}

/* In chunks of @size, the way it stands on the wire. */
static GByteArray *
make_chunked (const GByteArray *plain, gsize size, const char *trailer)
{
  GByteArray *out = g_byte_array_new ();

  for (gsize at = 0; at < plain->len; at += size)
    {
      gsize n = MIN (size, plain->len - at);
      g_autofree char *line = g_strdup_printf ("%zx\r\n", n);

      g_byte_array_append (out, (const guint8 *) line, (guint) strlen (line));
      g_byte_array_append (out, plain->data + at, (guint) n);
      g_byte_array_append (out, (const guint8 *) "\r\n", 2);
    }
  g_byte_array_append (out, (const guint8 *) "0\r\n", 3);
  g_byte_array_append (out, (const guint8 *) trailer, (guint) strlen (trailer));
  g_byte_array_append (out, (const guint8 *) "\r\n", 2);
  return out;
}

/* @wire goes in in pieces, and comes out as it is. */
static void
assert_bytes_pass (TeeFixture *fixture, int from, int to, const GByteArray *wire, gsize piece)
{
  g_autofree char *got = NULL;

  tee_put_bytes (from, wire->data, wire->len, piece);
  got = tee_get (fixture, to, wire->len);
  g_assert_cmpmem (got, wire->len, wire->data, wire->len);
}

/* ---- bodies ---- */

static const struct { const char *name; gsize piece; gsize size; } sizes[] = {
  { "1", 1, 3000 }, { "7", 7, 20000 }, { "64k", 65536, 300000 },
};

/* Both bodies, random bytes in pieces of this size, with a length or in chunks: the same bytes on both sides of the tee, and
 * the bodies themselves at the listener's. */
static void
test_identical (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data) / 2;
  gboolean chunked = GPOINTER_TO_SIZE (data) % 2;
  g_autoptr(GByteArray) question = make_random (sizes[i].size);
  g_autoptr(GByteArray) answer = make_random (sizes[i].size);
  g_autoptr(GByteArray) question_wire = chunked ? make_chunked (question, sizes[i].piece, "X-Sum: 1\r\n")
                                                : g_byte_array_ref (question);
  g_autoptr(GByteArray) answer_wire = chunked ? make_chunked (answer, sizes[i].piece, "X-Sum: 2\r\nX-More:  b \r\n")
                                              : g_byte_array_ref (answer);
  g_autofree char *framing = chunked ? g_strdup ("Transfer-Encoding: chunked")
                                     : g_strdup_printf ("content-LENGTH:%zu", sizes[i].size);
  g_autofree char *request = g_strdup_printf ("POST /v1/chat?a=b%%20c HTTP/1.1\r\nhost:  localhost \r\n"
                                              "X-Ouioe-Token: hidden\r\nX-Odd:  two  spaces \r\n%s\r\n\r\n", framing);
  g_autofree char *answer_head = g_strdup_printf ("HTTP/1.1 200 Fine, really\r\nX-odd:a\r\n%s\r\n\r\n", framing);
  g_autofree char *expected = NULL;
  g_autofree char *head = NULL;
  TeeFixture fixture;
  Talk talk;
  TeeRecord *record;

  tee_fixture_init (&fixture);
  tee_fixture_start (&fixture);
  talk.client = tee_fixture_connect (&fixture, "model");
  tee_put (talk.client, request);
  talk.server = tee_fixture_accept (&fixture);
  head = tee_get_head (&fixture, talk.server);
  expected = g_strdup_printf ("POST /base/v1/chat?a=b%%20c HTTP/1.1\r\nhost: %s\r\nX-Odd:  two  spaces \r\n%s\r\n\r\n",
                              ((OuioedUpstream *) fixture.upstreams->pdata[0])->authority, framing);
  g_assert_cmpstr (head, ==, expected);

  assert_bytes_pass (&fixture, talk.client, talk.server, question_wire, sizes[i].piece);
  g_clear_pointer (&head, g_free);
  tee_put (talk.server, answer_head);
  head = tee_get_head (&fixture, talk.client);
  g_assert_cmpstr (head, ==, answer_head);
  assert_bytes_pass (&fixture, talk.server, talk.client, answer_wire, sizes[i].piece);

  record = tee_fixture_record (&fixture, 0, TRUE);
  g_assert_cmpint (record->how, ==, OUIOED_CALL_COMPLETE);
  g_assert_true (record->is_request_ended);
  g_assert_cmpuint (record->n_lost, ==, 0);
  g_assert_cmpuint (record->status, ==, 200);
  g_assert_cmpstr (record->method, ==, "POST");
  g_assert_cmpstr (record->path, ==, "/base/v1/chat");
  g_assert_cmpstr (record->query, ==, "a=b%20c");
  g_assert_cmpstr (record->peer, ==, "127.0.0.1");
  g_assert_cmpmem (record->request_body->str, record->request_body->len, question->data, question->len);
  g_assert_cmpmem (record->answer_body->str, record->answer_body->len, answer->data, answer->len);
  close (talk.client);
  close (talk.server);
  tee_fixture_clear (&fixture);
}

/* The body came in one piece with the head: it is told once. */
static void
test_together (void)
{
  TeeFixture fixture;
  TeeRecord *record;
  g_autofree char *head = NULL;
  g_autofree char *body = NULL;
  int client, server;

  tee_fixture_init (&fixture);
  tee_fixture_start (&fixture);
  client = tee_fixture_connect (&fixture, "model");
  tee_put (client, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 5\r\n\r\nabcde");
  server = tee_fixture_accept (&fixture);
  head = tee_get_head (&fixture, server);
  body = tee_get (&fixture, server, 5);
  g_assert_cmpstr (body, ==, "abcde");
  tee_put (server, "HTTP/1.1 204 No Content\r\n\r\n");
  record = tee_fixture_record (&fixture, 0, TRUE);
  g_assert_cmpstr (record->request_body->str, ==, "abcde");
  close (client);
  close (server);
  tee_fixture_clear (&fixture);
}

/* Each piece is out before the next is in. */
static void
test_at_once (void)
{
  Talk talk;

  talk_begin (&talk, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 3\r\n\r\n");
  assert_passes (&talk, talk.client, talk.server, "a");
  assert_passes (&talk, talk.client, talk.server, "b");
  assert_passes (&talk, talk.client, talk.server, "c");
  assert_answer_passes (&talk, "HTTP/1.1 2");
  assert_answer_passes (&talk, "00 OK\r\nTransfer-Enc");
  assert_answer_passes (&talk, "oding: chunked\r\n\r\n");
  assert_answer_passes (&talk, "5");
  assert_answer_passes (&talk, "\r\nd");
  assert_answer_passes (&talk, "ata\n\r");
  assert_answer_passes (&talk, "\n0\r\n\r");
  assert_answer_passes (&talk, "\n");
  g_assert_cmpstr (tee_fixture_record (&talk.fixture, 0, TRUE)->answer_body->str, ==, "data\n");
  talk_end (&talk);
}

/* ---- answers without a body, or with one that only its end frames ---- */

static void
test_no_body (gconstpointer data)
{
  const char *const *texts = data;
  Talk talk;
  TeeRecord *record;

  talk_begin (&talk, texts[0]);
  assert_answer_passes (&talk, texts[1]);
  record = tee_fixture_record (&talk.fixture, 0, TRUE);
  g_assert_cmpint (record->how, ==, OUIOED_CALL_COMPLETE);
  g_assert_cmpuint (record->answer_body->len, ==, 0);

  tee_put (talk.client, "GET /next HTTP/1.1\r\n" TEE_BASIC "\r\n");    /* both connections are still good */
  g_free (tee_get_head (&talk.fixture, talk.server));
  assert_answer_passes (&talk, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  g_assert_cmpstr (tee_fixture_record (&talk.fixture, 1, TRUE)->answer_body->str, ==, "x");
  talk_end (&talk);
}

#define GET "GET /x HTTP/1.1\r\n" TEE_BASIC "\r\n"

static const char *const of_head[] = { "HEAD /x HTTP/1.1\r\n" TEE_BASIC "\r\n",
                                       "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" };
static const char *const of_204[] = { GET, "HTTP/1.1 204 No Content\r\n\r\n" };
static const char *const of_304[] = { GET, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n" };
static const char *const of_empty[] = { GET, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" };

static void
test_informational (void)
{
  Talk talk;
  TeeRecord *record;

  talk_begin (&talk, "POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  assert_answer_passes (&talk, "HTTP/1.1 100 Continue\r\n\r\n");
  assert_passes (&talk, talk.client, talk.server, "hi");
  assert_answer_passes (&talk, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  assert_answer_passes (&talk, "HTTP/1.1 201 Created\r\nContent-Length: 3\r\n\r\nyes");
  record = tee_fixture_record (&talk.fixture, 0, TRUE);
  g_assert_cmpuint (record->status, ==, 201);
  g_assert_cmpstr (record->answer_body->str, ==, "yes");
  g_assert_null (strstr (record->headers->str, "link"));
  talk_end (&talk);
}

static void
test_until_close (void)
{
  Talk talk;

  talk_begin (&talk, GET);
  assert_answer_passes (&talk, "HTTP/1.1 200 OK\r\n\r\nsome text");
  assert_answer_passes (&talk, " and more");
  close (talk.server);
  tee_assert_end (&talk.fixture, talk.client);
  g_assert_cmpint (tee_fixture_record (&talk.fixture, 0, TRUE)->how, ==, OUIOED_CALL_COMPLETE);
  g_assert_cmpstr (tee_fixture_record (&talk.fixture, 0, TRUE)->answer_body->str, ==, "some text and more");
  talk.server = -1;
  talk_end (&talk);
}

/* What nobody understands is passed on all the same. */
static void
test_not_http (void)
{
  Talk talk;

  talk_begin (&talk, GET);
  assert_answer_passes (&talk, "SSH-2.0-hello\r\n\r\nwhat?");
  close (talk.server);
  tee_assert_end (&talk.fixture, talk.client);
  g_assert_cmpint (tee_fixture_record (&talk.fixture, 0, TRUE)->how, ==, OUIOED_CALL_TRUNCATED);
  talk.server = -1;
  talk_end (&talk);
}

static void
test_tunnel (void)
{
  Talk talk;

  talk_begin (&talk, "GET /ws HTTP/1.1\r\n" TEE_BASIC "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  assert_answer_passes (&talk, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  assert_passes (&talk, talk.client, talk.server, "GET / HTTP/1.1\r\n\r\nnot a request");
  assert_answer_passes (&talk, "HTTP/1.1 500 not an answer\r\n\r\n");
  assert_passes (&talk, talk.client, talk.server, "and back");
  close (talk.server);
  tee_assert_end (&talk.fixture, talk.client);
  g_assert_cmpuint (tee_fixture_record (&talk.fixture, 0, TRUE)->answer_body->len, ==, 0);
  talk.server = -1;
  talk_end (&talk);
}

/* What a client sends behind a 101 that it did not ask for would be requests that nobody has looked at. */
static void
test_no_tunnel (gconstpointer data)
{
  Talk talk;

  talk_begin (&talk, data);
  assert_answer_passes (&talk, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
  tee_put (talk.client, "GET /proxy/other HTTP/1.1\r\n" TEE_BASIC "\r\n");
  assert_answer_passes (&talk, "more");
  shutdown (talk.server, SHUT_WR);
  tee_assert_end (&talk.fixture, talk.client);
  tee_assert_end (&talk.fixture, talk.server);
  g_assert_cmpint (tee_fixture_record (&talk.fixture, 0, TRUE)->how, ==, OUIOED_CALL_TRUNCATED);
  talk_end (&talk);
}

/* ---- slow readers ---- */

#define MUCH (64 << 20)

typedef struct {
  int    fd;
  gint   n_sent;         /* atomic: pieces of 64 KiB */
} Flood;

static gpointer
flood (gpointer data)
{
  Flood *self = data;
  g_autofree guint8 *piece = g_malloc (65536);

  for (guint i = 0; i < MUCH / 65536; i++)
    {
      memset (piece, (int) (i & 0xff), 65536);
      tee_put_bytes (self->fd, piece, 65536, 65536);
      g_atomic_int_inc (&self->n_sent);
    }
  return NULL;
}

/* Nothing is read for a while: the sender is held up, long before all has left it, and it is known whether for the client.
 * Then all is read, and right. */
static void
drink (TeeFixture *fixture, Flood *flow, int fd, gboolean waits)
{
  GThread *thread = g_thread_new ("flood", flood, flow);
  int before = -1;

  for (guint quiet = 0; quiet < 100;)
    {
      int now = g_atomic_int_get (&flow->n_sent);

      quiet = now == before ? quiet + 1 : 0;
      before = now;
      g_usleep (1000);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
  g_assert_cmpint (before, <, MUCH / 65536);
  g_assert_cmpint (ouioed_call_waits_for_client (tee_fixture_record (fixture, 0, FALSE)->call), ==, waits);
  for (guint i = 0; i < MUCH / 65536; i++)
    {
      g_autofree char *piece = tee_get (fixture, fd, 65536);

      for (guint at = 0; at < 65536; at += 4095)
        g_assert_cmpint ((guint8) piece[at], ==, i & 0xff);
    }
  g_thread_join (thread);
}

static void
test_backpressure (void)
{
  Talk talk;
  g_autofree char *request = g_strdup_printf ("POST /x HTTP/1.1\r\n" TEE_BASIC "Content-Length: %d\r\n\r\n", MUCH);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", MUCH + 1);
  Flood up = { 0 }, down = { 0 };

  talk_begin (&talk, request);
  up.fd = talk.client;
  drink (&talk.fixture, &up, talk.server, FALSE);
  assert_answer_passes (&talk, answer);
  down.fd = talk.server;
  drink (&talk.fixture, &down, talk.client, TRUE);
  while (ouioed_call_waits_for_client (tee_fixture_record (&talk.fixture, 0, FALSE)->call))
    g_usleep (1000);
  assert_answer_passes (&talk, "!");
  g_assert_cmpint (tee_fixture_record (&talk.fixture, 0, TRUE)->how, ==, OUIOED_CALL_COMPLETE);
  talk_end (&talk);
}

/* The listener does not come to hear it: the bytes pass, and it is told, later, that it has missed some. */
static void
test_lost (void)
{
  Talk talk;
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", 32 << 20);
  g_autofree guint8 *piece = g_malloc0 (1 << 20);
  g_autofree char *got = g_malloc (1 << 20);
  TeeRecord *record;

  talk_begin (&talk, GET);
  assert_answer_passes (&talk, answer);
  for (guint i = 0; i < 32; i++)
    {
      tee_put_bytes (talk.server, piece, 1 << 20, 65536);
      g_assert_cmpint (recv (talk.client, got, 1 << 20, MSG_WAITALL), ==, 1 << 20);    /* the main context stands still */
    }
  record = tee_fixture_record (&talk.fixture, 0, TRUE);
  g_assert_cmpint (record->how, ==, OUIOED_CALL_COMPLETE);
  g_assert_cmpuint (record->n_lost, ==, 1);
  g_assert_cmpuint (record->answer_body->len, >, 0);
  g_assert_cmpuint (record->answer_body->len, <=, OUIOED_MAILBOX_MAX_CALL_BYTES);
  g_assert_cmpuint (ouioed_mailbox_get_n_lost (ouioed_tee_get_mailbox (talk.fixture.tee)), ==, 1);
  talk_end (&talk);
}

/* ---- the thread ---- */

typedef struct {
  guint32 size, policy;
  guint64 flags;
  gint32  nice;
  guint32 priority;
  guint64 runtime_ns, deadline_ns, period_ns;
} SchedAttr;

static gpointer
try_slices (gpointer data)
{
  SchedAttr attr = { .size = sizeof attr, .runtime_ns = 200000 };
  gboolean *has_slices = data;

  *has_slices = syscall (SYS_sched_setattr, 0, &attr, 0) == 0 && syscall (SYS_sched_getattr, 0, &attr, sizeof attr, 0) == 0
                && attr.runtime_ns == 200000;
  return NULL;
}

/* 0: there is none of this name. */
static pid_t
find_thread (const char *name)
{
  g_autoptr(GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *entry;

  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/self/task/%s/comm", entry);
      g_autofree char *comm = NULL;

      if (g_file_get_contents (path, &comm, NULL, NULL) && g_str_equal (g_strchomp (comm), name))
        return (pid_t) g_ascii_strtoll (entry, NULL, 10);
    }
  return 0;
}

static void
test_short_slices (void)
{
  TeeFixture fixture;
  SchedAttr attr;
  gboolean has_slices = FALSE;

  g_thread_join (g_thread_new ("try", try_slices, &has_slices));
  if (!has_slices)
    {
      g_test_skip ("this kernel gives no slices of their own to threads");
      return;
    }
  tee_fixture_init (&fixture);
  tee_fixture_start (&fixture);
  close (tee_fixture_connect (&fixture, "model"));     /* it runs by then */
  while (fixture.n_gone == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (syscall (SYS_sched_getattr, find_thread ("ouioed-tee"), &attr, sizeof attr, 0), ==, 0);
  g_assert_cmpuint (attr.runtime_ns, ==, 100000);
  tee_fixture_clear (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *path = g_strdup_printf ("/tee/bytes/identical/%s/%s", i % 2 ? "chunked" : "length", sizes[i / 2].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_identical);
    }
  g_test_add_func ("/tee/bytes/head-and-body-together-are-told-once", test_together);
  g_test_add_func ("/tee/bytes/each-piece-is-out-before-the-next-is-in", test_at_once);
  g_test_add_data_func ("/tee/bytes/head-has-no-body", of_head, test_no_body);
  g_test_add_data_func ("/tee/bytes/204-has-no-body", of_204, test_no_body);
  g_test_add_data_func ("/tee/bytes/304-has-no-body", of_304, test_no_body);
  g_test_add_data_func ("/tee/bytes/length-zero-has-no-body", of_empty, test_no_body);
  g_test_add_func ("/tee/bytes/informational-answers-pass", test_informational);
  g_test_add_func ("/tee/bytes/answers-may-end-with-the-connection", test_until_close);
  g_test_add_func ("/tee/bytes/what-is-not-http-passes", test_not_http);
  g_test_add_func ("/tee/bytes/tunnels-pass-everything", test_tunnel);
  g_test_add_data_func ("/tee/bytes/nobody-asked-for-a-tunnel", "GET /x HTTP/1.1\r\n" TEE_BASIC "\r\n", test_no_tunnel);
  g_test_add_data_func ("/tee/bytes/no-tunnel-but-for-websockets", "GET /x HTTP/1.1\r\n" TEE_BASIC
                        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
                        test_no_tunnel);
  g_test_add_func ("/tee/bytes/slow-readers-hold-up-the-sender", test_backpressure);
  g_test_add_func ("/tee/bytes/copies-are-lost-before-bytes-are-late", test_lost);
  g_test_add_func ("/tee/thread/is-let-in-at-once", test_short_slices);
  return g_test_run ();
}
