/* test-auth.c - grants, tickets, failures, and tokens that come and go; with clocks that are set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-auth.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "ouioe-error.h"
#include "ouioed-auth-failures.h"
#include "ouioed-auth-tickets.h"
#include "test-log.h"

#define S G_USEC_PER_SEC

typedef struct {
  char       *dir;     /* temporary */
  char       *path;    /* of the file of tokens */
  OuioedAuth *auth;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  f->dir = g_dir_make_tmp ("ouioe-auth-XXXXXX", &error);
  g_assert_no_error (error);
  f->path = g_build_filename (f->dir, "tokens", NULL);
  f->auth = ouioed_auth_new ();
  g_setenv ("CREDENTIALS_DIRECTORY", f->dir, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const names[] = { "tokens", "tokens.lock", "token" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (f->dir, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (f->dir), ==, 0);
  ouioed_auth_free (f->auth);
  g_free (f->path);
  g_free (f->dir);
}

static char *
create (Fixture *f, OuioeToken draft, char **id)
{
  g_autoptr(GError) error = NULL;
  char *text = ouioe_tokens_create (f->path, &draft, id, &error);

  g_assert_no_error (error);
  return text;
}

static void
load (Fixture *f)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (ouioed_auth_load (f->auth, f->path, &error));
  g_assert_no_error (error);
}

static gboolean
is_known (Fixture *f, const char *text, gint64 real_us)
{
  g_autoptr(OuioedGrant) grant = ouioed_auth_check (f->auth, text, strlen (text), real_us);

  return grant != NULL;
}

/* ---- grants ---- */

static void
test_scopes_allow_what_they_say (void)
{
  static const struct { guint scopes; gboolean reads, writes, rules; } rows[] = {
    { OUIOE_SCOPE_READ, TRUE, FALSE, FALSE },
    { OUIOE_SCOPE_WRITE, FALSE, TRUE, FALSE },
    { OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE, TRUE, TRUE, FALSE },
    { OUIOE_SCOPE_ADMIN, TRUE, TRUE, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      OuioeToken token = { .id = (char *) "t", .scopes = (OuioeScopes) rows[i].scopes };
      g_autoptr(OuioedGrant) grant = ouioed_grant_new (&token);

      g_assert_cmpint (ouioed_grant_allows (grant, OUIOE_SCOPE_READ), ==, rows[i].reads);
      g_assert_cmpint (ouioed_grant_allows (grant, OUIOE_SCOPE_WRITE), ==, rows[i].writes);
      g_assert_cmpint (ouioed_grant_allows (grant, OUIOE_SCOPE_ADMIN), ==, rows[i].rules);
      g_assert_true (ouioed_grant_covers (grant, "anything"));
    }
  g_assert_true (ouioed_grant_allows (NULL, OUIOE_SCOPE_ADMIN));
}

static void
test_prefix_covers_what_begins_with_it (void)
{
  OuioeToken token = { .id = (char *) "t", .scopes = OUIOE_SCOPE_ADMIN, .session_prefix = (char *) "ci-" };
  g_autoptr(OuioedGrant) grant = ouioed_grant_new (&token);

  g_assert_true (ouioed_grant_covers (grant, "ci-"));
  g_assert_true (ouioed_grant_covers (grant, "ci-1"));
  g_assert_false (ouioed_grant_covers (grant, "ci"));
  g_assert_false (ouioed_grant_covers (grant, "CI-1"));
  g_assert_false (ouioed_grant_covers (grant, "x-ci-1"));
  g_assert_true (ouioed_grant_covers (NULL, "x"));
}

/* ---- tokens ---- */

static void
test_token_expires_when_it_says (Fixture *f, gconstpointer data)
{
  g_autofree char *text = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ, .expires_us = 2000 * S }, NULL);
  g_autofree char *other = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, NULL);

  load (f);
  g_assert_true (is_known (f, text, 2000 * S - 1));
  g_assert_false (is_known (f, text, 2000 * S));
  g_assert_false (is_known (f, text, 2001 * S));
  g_assert_true (is_known (f, other, G_MAXINT64));
}

static void
test_only_whole_tokens_are_known (Fixture *f, gconstpointer data)
{
  g_autofree char *text = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, NULL);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *as_hash = g_strconcat (OUIOE_TOKEN_PREFIX, hash, NULL);

  load (f);
  g_assert_true (is_known (f, text, 0));
  g_assert_false (is_known (f, hash, 0));
  g_assert_false (is_known (f, as_hash, 0));
  g_assert_false (is_known (f, text + 1, 0));
  g_assert_false (is_known (f, "", 0));
  text[strlen (text) - 1] ^= 1;
  g_assert_false (is_known (f, text, 0));
}

static void
test_changes_of_the_file_are_seen_within_a_second (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *first = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, &id);
  g_autofree char *second = NULL;

  load (f);
  ouioed_auth_refresh (f->auth, 10 * S);
  second = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_WRITE }, NULL);
  ouioed_auth_refresh (f->auth, 11 * S - 1);
  g_assert_false (is_known (f, second, 0));
  ouioed_auth_refresh (f->auth, 11 * S);
  g_assert_true (is_known (f, second, 0));
  g_assert_true (is_known (f, first, 0));

  g_assert_true (ouioe_tokens_revoke (f->path, id, NULL));
  ouioed_auth_refresh (f->auth, 12 * S);
  g_assert_false (is_known (f, first, 0));
  g_assert_true (is_known (f, second, 0));

  g_assert_cmpint (g_unlink (f->path), ==, 0);
  ouioed_auth_refresh (f->auth, 13 * S);
  g_assert_false (is_known (f, second, 0));
  g_assert_cmpuint (ouioed_auth_get_n (f->auth), ==, 0);
}

static void
test_file_that_cannot_be_used_changes_nothing (Fixture *f, gconstpointer data)
{
  g_autofree char *text = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, NULL);
  g_autofree char *second = NULL;
  g_autoptr(GError) error = NULL;

  load (f);
  second = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, NULL);
  g_assert_cmpint (g_chmod (f->path, 0644), ==, 0);
  test_log_expect ("*The tokens stay as they were: *chmod 600*");
  ouioed_auth_refresh (f->auth, 10 * S);
  test_log_assert ();
  g_assert_true (is_known (f, text, 0));
  g_assert_false (is_known (f, second, 0));
  g_assert_false (ouioed_auth_load (f->auth, f->path, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);

  ouioed_auth_refresh (f->auth, 20 * S);    /* told once, not each second */
  g_assert_cmpint (g_chmod (f->path, 0600), ==, 0);
  ouioed_auth_refresh (f->auth, 30 * S);
  g_assert_true (is_known (f, second, 0));
}

static void
test_credential_may_do_everything (Fixture *f, gconstpointer data)
{
  const char *text = OUIOE_TOKEN_PREFIX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  g_autofree char *path = g_build_filename (f->dir, "token", NULL);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  g_autofree char *of_file = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ }, NULL);
  g_autoptr(OuioedGrant) grant = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (g_file_set_contents (path, line, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0440), ==, 0);
  load (f);
  g_assert_cmpuint (ouioed_auth_get_n (f->auth), ==, 2);
  grant = ouioed_auth_check (f->auth, text, strlen (text), 0);
  g_assert_nonnull (grant);
  g_assert_true (ouioed_grant_allows (grant, OUIOE_SCOPE_ADMIN));
  g_assert_true (is_known (f, of_file, 0));

  g_assert_cmpint (g_chmod (path, 0444), ==, 0);
  g_assert_false (ouioed_auth_load (f->auth, f->path, &error));
  g_assert_nonnull (strstr (error->message, "read by everybody"));
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "secret", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0400), ==, 0);
  g_assert_false (ouioed_auth_load (f->auth, f->path, &error));
  g_assert_nonnull (strstr (error->message, "is no token"));
  g_assert_null (strstr (error->message, "secret"));
}

static void
test_grant_is_good_while_its_token_is (Fixture *f, gconstpointer data)
{
  g_autofree char *id = NULL;
  g_autofree char *text = create (f, (OuioeToken) { .scopes = OUIOE_SCOPE_READ, .expires_us = 2000 * S }, &id);
  g_autoptr(OuioedGrant) grant = NULL;
  g_autofree char *contents = NULL;
  g_auto(GStrv) parts = NULL;
  g_autofree char *wider = NULL;

  load (f);
  grant = ouioed_auth_check (f->auth, text, strlen (text), 0);
  g_assert_true (ouioed_auth_is_good (f->auth, grant, 1999 * S));
  g_assert_false (ouioed_auth_is_good (f->auth, grant, 2000 * S));

  g_assert_true (g_file_get_contents (f->path, &contents, NULL, NULL));
  parts = g_strsplit (contents, "[\"read\"]", 2);
  wider = g_strconcat (parts[0], "[\"write\"]", parts[1], NULL);
  g_assert_true (g_file_set_contents (f->path, wider, -1, NULL));
  g_assert_cmpint (g_chmod (f->path, 0600), ==, 0);
  load (f);
  g_assert_false (ouioed_auth_is_good (f->auth, grant, 0));

  g_assert_true (g_file_set_contents (f->path, contents, -1, NULL));
  g_assert_cmpint (g_chmod (f->path, 0600), ==, 0);
  load (f);
  g_assert_true (ouioed_auth_is_good (f->auth, grant, 0));
  g_assert_true (ouioe_tokens_revoke (f->path, id, NULL));
  load (f);
  g_assert_false (ouioed_auth_is_good (f->auth, grant, 0));
}

/* ---- tickets ---- */

static void
test_ticket_is_good_once (void)
{
  OuioeToken token = { .id = (char *) "t", .scopes = OUIOE_SCOPE_READ };
  g_autoptr(OuioedTickets) tickets = ouioed_tickets_new ();
  g_autoptr(OuioedGrant) grant = ouioed_grant_new (&token);
  g_autofree char *ticket = ouioed_tickets_issue (tickets, grant, 1 * S, NULL);
  g_autofree char *free_ticket = ouioed_tickets_issue (tickets, NULL, 1 * S, NULL);
  g_autoptr(OuioedGrant) taken = NULL;
  OuioedGrant *none = NULL;

  g_assert_cmpstr (ticket, !=, free_ticket);
  g_assert_false (ouioed_tickets_take (tickets, "x", 1 * S, &none));
  g_assert_true (ouioed_tickets_take (tickets, ticket, 1 * S, &taken));
  g_assert_true (taken == grant);
  g_assert_false (ouioed_tickets_take (tickets, ticket, 1 * S, &none));
  g_assert_true (ouioed_tickets_take (tickets, free_ticket, 2 * S, &none));
  g_assert_null (none);
}

static void
test_ticket_lasts_half_a_minute (void)
{
  g_autoptr(OuioedTickets) tickets = ouioed_tickets_new ();
  g_autofree char *early = ouioed_tickets_issue (tickets, NULL, 100 * S, NULL);
  g_autofree char *late = ouioed_tickets_issue (tickets, NULL, 100 * S + 1, NULL);
  OuioedGrant *grant = NULL;

  g_assert_false (ouioed_tickets_take (tickets, early, 130 * S, &grant));
  g_assert_true (ouioed_tickets_take (tickets, late, 130 * S, &grant));
}

static void
test_tickets_are_bounded (void)
{
  g_autoptr(OuioedTickets) tickets = ouioed_tickets_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *again = NULL;

  for (guint i = 0; i < OUIOED_MAX_TICKETS; i++)
    g_free (ouioed_tickets_issue (tickets, NULL, 0, NULL));
  g_assert_null (ouioed_tickets_issue (tickets, NULL, 1, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_BUSY);
  again = ouioed_tickets_issue (tickets, NULL, OUIOED_TICKET_SECONDS * S, NULL);
  g_assert_nonnull (again);
}

/* ---- failures ---- */

static void
fail (OuioedFailures *failures, const char *peer, guint n, gint64 now_us)
{
  for (guint i = 0; i < n; i++)
    ouioed_failures_add (failures, peer, now_us);
}

static void
test_ten_failures_a_minute_are_enough (void)
{
  g_autoptr(OuioedFailures) failures = ouioed_failures_new ();

  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:1", 0), ==, 0);
  fail (failures, "192.0.2.1:1", 9, 100 * S);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:2", 110 * S), ==, 0);
  fail (failures, "192.0.2.1:3", 1, 110 * S);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:4", 110 * S), ==, 50);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:4", 160 * S - 1), ==, 1);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.2:4", 110 * S), ==, 0);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:4", 160 * S), ==, 0);
  g_assert_cmpuint (ouioed_failures_get_n (failures), ==, 0);
}

static void
test_failures_of_an_ipv6_network_count_together (void)
{
  g_autoptr(OuioedFailures) failures = ouioed_failures_new ();

  fail (failures, "[2001:db8:1:2::1]:1", 5, 0);
  fail (failures, "[2001:db8:1:2:ffff::7]:1", 5, 0);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "[2001:db8:1:2::99]:5", 0), ==, 60);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "[2001:db8:1:3::1]:1", 0), ==, 0);
  fail (failures, "[::ffff:192.0.2.1]:1", 10, 0);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "[::ffff:192.0.2.2]:1", 0), ==, 0);
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "[::ffff:192.0.2.1]:2", 0), ==, 60);
}

static void
test_failing_addresses_are_bounded (void)
{
  g_autoptr(OuioedFailures) failures = ouioed_failures_new ();

  fail (failures, "192.0.2.1:1", 10, 0);
  for (guint i = 0; i < OUIOED_MAX_FAILING; i++)
    {
      g_autofree char *peer = g_strdup_printf ("10.0.%u.%u:1", i / 256, i % 256);

      ouioed_failures_add (failures, peer, 1);
      g_assert_cmpuint (ouioed_failures_get_n (failures), <=, OUIOED_MAX_FAILING);
    }
  g_assert_cmpuint (ouioed_failures_get_wait (failures, "192.0.2.1:1", 2), ==, 0);    /* the oldest is forgotten */
}

#define ADD(name, function) g_test_add ("/auth/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_install ();

  g_test_add_func ("/auth/scopes-allow-what-they-say", test_scopes_allow_what_they_say);
  g_test_add_func ("/auth/prefix-covers-what-begins-with-it", test_prefix_covers_what_begins_with_it);
  ADD ("token-expires-when-it-says", test_token_expires_when_it_says);
  ADD ("only-whole-tokens-are-known", test_only_whole_tokens_are_known);
  ADD ("changes-of-the-file-are-seen-within-a-second", test_changes_of_the_file_are_seen_within_a_second);
  ADD ("file-that-cannot-be-used-changes-nothing", test_file_that_cannot_be_used_changes_nothing);
  ADD ("grant-is-good-while-its-token-is", test_grant_is_good_while_its_token_is);
  ADD ("credential-may-do-everything", test_credential_may_do_everything);
  g_test_add_func ("/auth/ticket-is-good-once", test_ticket_is_good_once);
  g_test_add_func ("/auth/ticket-lasts-half-a-minute", test_ticket_lasts_half_a_minute);
  g_test_add_func ("/auth/tickets-are-bounded", test_tickets_are_bounded);
  g_test_add_func ("/auth/ten-failures-a-minute-are-enough", test_ten_failures_a_minute_are_enough);
  g_test_add_func ("/auth/failures-of-an-ipv6-network-count-together", test_failures_of_an_ipv6_network_count_together);
  g_test_add_func ("/auth/failing-addresses-are-bounded", test_failing_addresses_are_bounded);
  return g_test_run ();
}
