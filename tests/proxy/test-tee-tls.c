/* test-tee-tls.c - upstreams that are spoken to in secret
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tee-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MUCH (4 << 20)

/* For 127.0.0.1, valid for a hundred years, and of no use but for this test. */
static const char certificate[] =
  "-----BEGIN CERTIFICATE-----\n"
  "MIIBnTCCAUOgAwIBAgIUbFvcPRRTDy0BQLPtto6Tdy5LwaEwCgYIKoZIzj0EAwIw\n"
  "FTETMBEGA1UEAwwKT1VJT0UgdGVzdDAgFw0yNjExMjMxMTA5MzNaGA8yMTI2MTAz\n"
  "MDExMDkzM1owFTETMBEGA1UEAwwKT1VJT0UgdGVzdDBZMBMGByqGSM49AgEGCCqG\n"
  "SM49AwEHA0IABEx+BQKnivZrq0Ku252eg5fkxkidn+l28ekvpQVF39QZZWstXlsS\n"
  "mkUU54BN0FnFdR1x2sz+7lLMwZKYwa+AfGyjbzBtMB0GA1UdDgQWBBSmbBAJMkEx\n"
  "NtV7MsSlfdUqOVLTMDAfBgNVHSMEGDAWgBSmbBAJMkExNtV7MsSlfdUqOVLTMDAP\n"
  "BgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAKBggq\n"
  "hkjOPQQDAgNIADBFAiEAwYpZaaYw26BC1rLki+pGkTKraQTk37lnkBWKhY77gl4C\n"
  "IDwvKOkADVR4GWGz1vxDGjYzC8deRgCC20jfmJ7ViPSr\n"
  "-----END CERTIFICATE-----\n"
  "-----BEGIN PRIVATE KEY-----\n"
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4DMgMDObK/HUcfk4\n"
  "xcRlnLLx8uY9zKnnTA3DfmGbxi6hRANCAARMfgUCp4r2a6tCrtudnoOX5MZInZ/p\n"
  "dvHpL6UFRd/UGWVrLV5bEppFFOeATdBZxXUdcdrM/u5SzMGSmMGvgHxs\n"
  "-----END PRIVATE KEY-----\n";

/* Of AddressSanitizer, if it is there: its leak checker falls over the thread-local storage of the module that GIO loads. */
const char *__asan_default_options (void);

__attribute__ ((visibility ("default"))) const char *
__asan_default_options (void)
{
  return "intercept_tls_get_addr=0";
}

/* ---- the upstream, on a thread of its own ---- */

typedef struct {
  int          listener;
  const char  *protocol;      /* that was agreed upon */
  gboolean     is_cut;        /* leaves in the middle */
  char        *head;
  char        *path;          /* of the certificate */
} Server;

static void
write_all (GIOStream *stream, const void *data, gsize len)
{
  g_autoptr(GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (stream), data, len, NULL, NULL, &error);
  g_assert_no_error (error);
}

static char *
read_head (GIOStream *stream)
{
  GString *head = g_string_new (NULL);
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n")
         && g_input_stream_read (g_io_stream_get_input_stream (stream), &c, 1, NULL, NULL) == 1)
    g_string_append_c (head, c);
  return g_string_free (head, FALSE);
}

/* Two requests on one connection: the body of the first, MUCH bytes, is its answer. */
static void
serve (Server *self, GIOStream *stream)
{
  g_autofree char *body = g_malloc (MUCH);
  g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", MUCH);
  gsize got = 0;

  self->head = read_head (stream);
  g_input_stream_read_all (g_io_stream_get_input_stream (stream), body, MUCH, &got, NULL, NULL);
  g_assert_cmpuint (got, ==, MUCH);
  write_all (stream, answer, strlen (answer));
  write_all (stream, body, self->is_cut ? MUCH / 2 : MUCH);
  if (self->is_cut)
    return;
  g_free (read_head (stream));
  write_all (stream, "HTTP/1.1 204 No Content\r\n\r\n", 27);
}

static gpointer
run_server (gpointer data)
{
  Server *self = data;
  static const char *const protocols[] = { "h2", "http/1.1", NULL };
  g_autoptr(GTlsCertificate) own = g_tls_certificate_new_from_pem (certificate, -1, NULL);
  g_autoptr(GSocket) socket = g_socket_new_from_fd (accept (self->listener, NULL, NULL), NULL);
  g_autoptr(GSocketConnection) plain = g_socket_connection_factory_create_connection (socket);
  g_autoptr(GIOStream) stream = g_tls_server_connection_new (G_IO_STREAM (plain), own, NULL);

  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream), protocols);
  if (g_tls_connection_handshake (G_TLS_CONNECTION (stream), NULL, NULL))
    {
      self->protocol = g_strcmp0 (g_tls_connection_get_negotiated_protocol (G_TLS_CONNECTION (stream)), "http/1.1") == 0
                       ? "http/1.1" : "another";
      serve (self, stream);
    }
  g_socket_close (socket, NULL);
  return NULL;
}

/* ---- the test ---- */

static gboolean
begin (TeeFixture *fixture, Server *server, gboolean trusts)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *spec = NULL;
  OuioedUpstream *model;
  int fd;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS here");
      return FALSE;
    }
  tee_fixture_init (fixture);
  model = fixture->upstreams->pdata[0];
  spec = g_strdup_printf ("secret=https://127.0.0.1:%u", model->port);
  g_ptr_array_add (fixture->upstreams, ouioed_upstream_parse (spec, &error));
  g_assert_no_error (error);

  server->path = g_build_filename (g_get_tmp_dir (), "ouioe-tee-XXXXXX", NULL);
  fd = g_mkstemp (server->path);
  g_assert_cmpint (write (fd, certificate, strlen (certificate)), ==, (gssize) strlen (certificate));
  close (fd);
  if (trusts)
    fixture->config->tls_database = g_tls_file_database_new (server->path, &error);
  g_assert_no_error (error);
  tee_fixture_start (fixture);
  server->listener = fixture->listener;
  return TRUE;
}

static void
finish (TeeFixture *fixture, Server *server)
{
  tee_fixture_clear (fixture);
  g_unlink (server->path);
  g_free (server->path);
  g_free (server->head);
}

static gpointer
send_question (gpointer data)
{
  g_autofree char *head = g_strdup_printf ("POST /v1 HTTP/1.1\r\n" TEE_BASIC "Content-Length: %d\r\n\r\n", MUCH);
  g_autofree guint8 *body = g_malloc (MUCH);

  for (guint i = 0; i < MUCH; i++)
    body[i] = (guint8) (i * 7919 >> 5);
  tee_put (GPOINTER_TO_INT (data), head);
  tee_put_bytes (GPOINTER_TO_INT (data), body, MUCH, 65536);
  return NULL;
}

static void
test_both_ways (void)
{
  TeeFixture fixture;
  Server server = { 0 };
  GThread *upstream, *asker;
  g_autofree char *body = NULL;
  g_autofree char *next = NULL;
  int client;

  if (!begin (&fixture, &server, TRUE))
    return;
  upstream = g_thread_new ("upstream", run_server, &server);
  client = tee_fixture_connect (&fixture, "secret");
  asker = g_thread_new ("asker", send_question, GINT_TO_POINTER (client));
  g_free (tee_get_head (&fixture, client));
  body = tee_get (&fixture, client, MUCH);
  for (guint i = 0; i < MUCH; i++)
    if ((guint8) body[i] != (guint8) (i * 7919 >> 5))
      g_test_fail_printf ("byte %u differs", i);
  g_thread_join (asker);

  tee_put (client, "GET /next HTTP/1.1\r\n" TEE_BASIC "\r\n");
  next = tee_get_head (&fixture, client);
  g_assert_cmpstr (next, ==, "HTTP/1.1 204 No Content\r\n\r\n");
  g_thread_join (upstream);
  g_assert_cmpstr (server.protocol, ==, "http/1.1");
  g_assert_true (g_str_has_prefix (server.head, "POST /v1 HTTP/1.1\r\n"));
  g_assert_cmpint (tee_fixture_record (&fixture, 1, TRUE)->how, ==, OUIOED_CALL_COMPLETE);
  close (client);
  finish (&fixture, &server);
}

static void
test_cut (void)
{
  TeeFixture fixture;
  Server server = { .is_cut = TRUE };
  GThread *upstream, *asker;
  g_autoptr(GBytes) rest = NULL;
  int client;

  if (!begin (&fixture, &server, TRUE))
    return;
  upstream = g_thread_new ("upstream", run_server, &server);
  client = tee_fixture_connect (&fixture, "secret");
  asker = g_thread_new ("asker", send_question, GINT_TO_POINTER (client));
  g_free (tee_get_head (&fixture, client));
  rest = tee_get_rest (&fixture, client, NULL);
  g_assert_cmpuint (g_bytes_get_size (rest), ==, MUCH / 2);
  g_thread_join (asker);
  g_thread_join (upstream);
  g_assert_cmpint (tee_fixture_record (&fixture, 0, TRUE)->how, ==, OUIOED_CALL_TRUNCATED);
  close (client);
  finish (&fixture, &server);
}

/* Nobody vouches for it: it does not get to see the request. */
static void
test_not_trusted (void)
{
  TeeFixture fixture;
  Server server = { 0 };
  GThread *upstream;
  g_autofree char *head = NULL;
  int client;

  if (!begin (&fixture, &server, FALSE))
    return;
  upstream = g_thread_new ("upstream", run_server, &server);
  client = tee_fixture_connect (&fixture, "secret");
  tee_put (client, "GET /next HTTP/1.1\r\n" TEE_BASIC "\r\n");
  head = tee_get_head (&fixture, client);
  g_assert_true (g_str_has_prefix (head, "HTTP/1.1 502 "));
  g_thread_join (upstream);
  g_assert_true (server.head == NULL || *server.head == '\0');
  g_assert_cmpint (tee_fixture_record (&fixture, 0, TRUE)->how, ==, OUIOED_CALL_NO_UPSTREAM);
  close (client);
  finish (&fixture, &server);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tee/tls/bytes-pass-both-ways", test_both_ways);
  g_test_add_func ("/tee/tls/cut-off-answers-look-cut-off", test_cut);
  g_test_add_func ("/tee/tls/only-upstreams-that-are-trusted", test_not_trusted);
  return g_test_run ();
}
