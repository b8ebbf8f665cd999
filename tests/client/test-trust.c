/* test-trust.c - a token and a certificate that the program gives, not the environment
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "told.h"

static char *fingerprint;             /* of the certificate of the tests */

/* Refuses, and says which Authorization came. */
static gboolean
echo_token_cb (FakeServer *server, const FakeRequest *request, GOutputStream *out, gpointer user_data)
{
  const char *came = g_hash_table_lookup (request->headers, "authorization");
  g_autofree char *body = g_strdup_printf ("{\"code\":\"forbidden\",\"detail\":\"%s\"}",
                                           came != NULL ? came : "nothing");

  fake_answer (out, "403 Forbidden", "application/json", body);
  return TRUE;
}

static GTlsCertificate *
load_certificate (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "client", "certificate.pem", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_file (path, &error);
  g_autoptr(GByteArray) der = NULL;

  g_assert_no_error (error);
  g_object_get (certificate, "certificate", &der, NULL);
  g_free (fingerprint);
  fingerprint = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  return g_steal_pointer (&certificate);
}

static void
assert_answer (OuioeClient *client, OuioeError code, const char *message)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *stats = ouioe_client_get_session_stats (client, "s", NULL, &error);

  g_assert_null (stats);
  g_assert_error (error, OUIOE_ERROR, (int) code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_program_gives_the_token (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, echo_token_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autofree char *longest = g_strnfill (4096, 'x');
  g_autofree char *too_long = g_strnfill (4097, 'x');
  g_autofree char *wanted = g_strconcat ("Bearer ", longest, NULL);
  static const char *const unusable[] = { "two words", "line\nline", "\303\244" };

  ouioe_client_set_token (client, "abc-DEF_1");
  assert_answer (client, OUIOE_ERROR_FORBIDDEN, "Bearer abc-DEF_1");
  ouioe_client_set_token (client, longest);
  assert_answer (client, OUIOE_ERROR_FORBIDDEN, wanted);
  for (guint i = 0; i <= G_N_ELEMENTS (unusable); i++)
    {
      ouioe_client_set_token (client, i < G_N_ELEMENTS (unusable) ? unusable[i] : too_long);
      assert_answer (client, OUIOE_ERROR_CONFIGURATION,
                     "The token is not one: at most 4096 letters, digits and -._~+/=");
    }
  ouioe_client_set_token (client, NULL);
  assert_answer (client, OUIOE_ERROR_FORBIDDEN, "nothing");
}

static void
test_address_of_the_websocket_names_the_service (void)
{
  g_autoptr(FakeServer) server = fake_server_new (NULL, echo_token_cb, NULL);
  g_autofree char *address = g_strconcat ("ws", fake_server_get_address (server) + strlen ("http"), "/", NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (address);

  assert_answer (client, OUIOE_ERROR_FORBIDDEN, "nothing");
  g_assert_cmpstr (ouioe_client_get_address (client), ==, address);
}

static void
test_unknown_certificate_is_refused_and_named (void)
{
  g_autoptr(GTlsCertificate) certificate = load_certificate ();
  g_autoptr(FakeServer) server = fake_server_new_tls (certificate, echo_token_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autofree char *message = g_strdup_printf ("The certificate of the service at %s is not trusted",
                                              fake_server_get_address (server));
  g_autofree char *before = ouioe_client_dup_refused_certificate (client);
  g_autofree char *refused = NULL;
  g_autofree char *other = g_strnfill (64, '0');

  g_assert_null (before);
  assert_answer (client, OUIOE_ERROR_UNTRUSTED, message);
  refused = ouioe_client_dup_refused_certificate (client);
  g_assert_cmpstr (refused, ==, fingerprint);
  ouioe_client_trust_certificate (client, other);
  assert_answer (client, OUIOE_ERROR_UNTRUSTED, message);
  g_assert_cmpuint (fake_server_get_n_requests (server), ==, 0);    /* no token went to a stranger */
}

static void
test_one_certificate_can_be_trusted (void)
{
  g_autoptr(GTlsCertificate) certificate = load_certificate ();
  g_autoptr(FakeServer) server = fake_server_new_tls (certificate, echo_token_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autofree char *refused = NULL;

  ouioe_client_set_token (client, "abc");
  ouioe_client_trust_certificate (client, fingerprint);
  assert_answer (client, OUIOE_ERROR_FORBIDDEN, "Bearer abc");
  refused = ouioe_client_dup_refused_certificate (client);
  g_assert_null (refused);
}

static void
on_failed (OuioeSubscription *subscription, const GError *error, gpointer user_data)
{
  *(GError **) user_data = g_error_copy (error);
}

/* It would be refused again and again, and a person has to look. */
static void
test_subscription_does_not_try_a_stranger_again (void)
{
  g_autoptr(GTlsCertificate) certificate = load_certificate ();
  g_autoptr(FakeServer) server = fake_server_new_tls (certificate, echo_token_cb, NULL);
  g_autoptr(OuioeClient) client = ouioe_client_new (fake_server_get_address (server));
  g_autoptr(OuioeSubscription) subscription = ouioe_client_subscribe (client, "s", NULL);
  g_autoptr(GError) error = NULL;

  g_signal_connect (subscription, "failed", G_CALLBACK (on_failed), &error);
  ouioe_subscription_start (subscription);
  fake_wait_for (error != NULL);
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_UNTRUSTED);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/trust/program-gives-the-token", test_program_gives_the_token);
  g_test_add_func ("/trust/address-of-the-websocket-names-the-service", test_address_of_the_websocket_names_the_service);
  g_test_add_func ("/trust/unknown-certificate-is-refused-and-named", test_unknown_certificate_is_refused_and_named);
  g_test_add_func ("/trust/one-certificate-can-be-trusted", test_one_certificate_can_be_trusted);
  g_test_add_func ("/trust/subscription-does-not-try-a-stranger-again", test_subscription_does_not_try_a_stranger_again);
  status = g_test_run ();
  g_free (fingerprint);
  return status;
}
