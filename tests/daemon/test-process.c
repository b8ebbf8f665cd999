/* test-process.c - the daemon as a process: readiness, signals, exit status
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "process-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#define SOME_PORT "--listen=127.0.0.1:0"
#define MEMORY    "--store=memory:"
#define NO_BUS    "--bus=none"

static const char half_a_request[] = "POST /api/streaming/sessions HTTP/1.1\r\nHost: localhost\r\n"
                                     "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

/* ---- start ---- */

static void
test_answers_when_it_says_so (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);

  g_assert_true (g_str_has_prefix (d->url, "http://127.0.0.1:"));
  g_assert_false (g_str_has_suffix (d->url, ":0"));
  g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
  daemon_wait_log (d, "store memory");
}

static void
test_tells_every_address (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = fixture_path (f, "http.sock");
  g_autofree char *option = g_strconcat ("--listen=unix:", path, NULL);
  g_autofree char *wanted = g_strconcat ("unix:", path, NULL);
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, option, MEMORY, NO_BUS, NULL);

  g_assert_cmpuint (http_request (d->url, "GET", "/healthz", NULL, NULL), ==, 200);
  daemon_wait_ready (d);
  g_assert_cmpstr (d->url, ==, wanted);
  g_assert_cmpuint (http_request (d->url, "GET", "/healthz", NULL, NULL), ==, 200);

  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_version_is_one_line (Fixture *f, gconstpointer user_data)
{
  g_autofree char *out = NULL;

  g_assert_cmpint (run_to_end (f, &out, NULL, "--version", NULL), ==, EXIT_SUCCESS);
  g_assert_cmpstr (out, ==, "ouioed " OUIOE_VERSION "\n");
}

static void
test_files_are_private (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, "--state-dir=a/b", NO_BUS, NULL);
  g_autofree char *dir = fixture_path (f, "a/b");
  g_autofree char *file = fixture_path (f, "a/b/ouioed.db");
  GStatBuf info;

  g_assert_cmpint (g_stat (dir, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpint (g_stat (file, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
}

static void
test_raises_its_limit_of_files (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GMatchInfo) match = NULL;
  g_autoptr(GRegex) regex = g_regex_new ("Max open files +([a-z0-9]+) +\\1 ", 0, 0, NULL);
  char *program = fixture_program;

  fixture_program = (char *) "/bin/sh";
  d = daemon_start_ready (f, "-c", "ulimit -Sn 64; exec \"$0\" \"$@\"", program, SOME_PORT, MEMORY, NO_BUS, NULL);
  fixture_program = program;

  path = g_strdup_printf ("/proc/%s/limits", g_subprocess_get_identifier (d->process));
  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_regex_match (regex, text, 0, &match));
}

static void
test_nobody_reads_its_output (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start (f, SOME_PORT, MEMORY, NO_BUS, NULL);

  g_input_stream_close (G_INPUT_STREAM (d->out), NULL, NULL);
  daemon_wait_log (d, "store memory");
  g_subprocess_send_signal (d->process, SIGUSR1);
  daemon_wait_log (d, "Statistics: ");
  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
}

/* ---- refused to start ---- */

typedef struct {
  const char *name;
  const char *args[3];
  int         status;
  const char *told;      /* on standard error */
} Refusal;

static const Refusal refusals[] = {
  { "unknown-option", { "--colour=red" }, EX_USAGE, "--colour" },
  { "argument", { "start" }, EX_USAGE, "start: no arguments are expected" },
  { "redis", { "--store=redis://127.0.0.1/x" }, EX_CONFIG, "not the number of a database" },
  { "remote-address", { "--listen=0.0.0.0:0", MEMORY }, EX_CONFIG, "set [http] allow-remote=yes" },
  { "bad-address", { "--listen=nonsense", MEMORY }, EX_CONFIG, "--listen: [http] listen=nonsense: not HOST:PORT" },
  { "missing-config", { "--config=nowhere.conf" }, EX_CONFIG, "nowhere.conf" },
  { "state-dir", { "--state-dir=/proc/ouioe", SOME_PORT }, EX_CANTCREAT, "/proc/ouioe" },
  { "foreign-address", { "--listen=127.0.0.1:1,[::1]:x", MEMORY }, EX_CONFIG, "[::1]:x" },
  { "no-session-bus", { SOME_PORT, MEMORY, "--bus=session" }, EX_UNAVAILABLE, "there is no session bus" },
};

static void
test_refuses (Fixture *f, gconstpointer user_data)
{
  const Refusal *refusal = user_data;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  g_assert_cmpint (run_to_end (f, &out, &err, refusal->args[0], refusal->args[1], refusal->args[2], NULL), ==,
                   refusal->status);
  g_assert_nonnull (strstr (err, refusal->told));
  g_assert_cmpstr (out, ==, "");
}

/* "abc" is no token, but its hash is known; what matters here is that there is a token. */
#define TOKEN_LINE "{\"id\":\"a\",\"scopes\":[\"read\"],\"sha256\":" \
                   "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\"}\n"
#define REMOTE "--listen=0.0.0.0:0"

static void
test_remote_address_is_served_with_tokens_only (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = fixture_path (f, "own-tokens");
  g_autofree char *none = NULL;
  g_autofree char *open = NULL;

  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_ALLOW_REMOTE", "yes", TRUE);
  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_TOKEN_FILE", path, TRUE);
  g_assert_cmpint (run_to_end (f, NULL, &none, REMOTE, MEMORY, NO_BUS, NULL), ==, EX_CONFIG);
  g_assert_nonnull (strstr (none, "there is no token in "));
  g_assert_nonnull (strstr (none, "own-tokens: make one with ouioectl token create"));

  fixture_write (f, "own-tokens", TOKEN_LINE);
  g_assert_cmpint (g_chmod (path, 0640), ==, 0);
  g_assert_cmpint (run_to_end (f, NULL, &open, REMOTE, MEMORY, NO_BUS, NULL), ==, EX_CONFIG);
  g_assert_nonnull (strstr (open, "chmod 600"));

  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  {
    g_autoptr(Daemon) d = daemon_start_ready (f, REMOTE, MEMORY, NO_BUS, NULL);
    g_autofree char *port = g_strdup (strrchr (d->url, ':'));
    g_autofree char *local = g_strconcat ("http://127.0.0.1", port, NULL);

    g_assert_cmpuint (http_request (local, "GET", "/healthz", NULL, NULL), ==, 200);
    g_assert_cmpuint (http_request (local, "GET", "/api/streaming/sessions?limit=1", NULL, NULL), ==, 401);
  }
}

static void
test_file_of_tokens_that_nobody_needs_is_only_told_of (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = fixture_path (f, "own-tokens");
  g_autofree char *err = NULL;

  fixture_write (f, "own-tokens", "nonsense");
  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_TOKEN_FILE", path, TRUE);
  {
    g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);

    daemon_wait_log (d, "No token is known: ");
    g_assert_cmpuint (http_request (d->url, "GET", "/api/streaming/sessions?limit=1", NULL, NULL), ==, 200);
  }

  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_AUTH", "required", TRUE);
  g_assert_cmpint (run_to_end (f, NULL, &err, SOME_PORT, MEMORY, NO_BUS, NULL), ==, EX_CONFIG);
  g_assert_nonnull (strstr (err, "own-tokens:1: not a JSON object"));
}

static void
test_required_token_is_asked_for_on_loopback (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = fixture_path (f, "own-tokens");

  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_TOKEN_FILE", path, TRUE);
  g_subprocess_launcher_setenv (f->launcher, "OUIOED_HTTP_AUTH", "required", TRUE);
  {
    g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);

    daemon_wait_log (d, "there is no token in ");
    g_assert_cmpuint (http_request (d->url, "GET", "/api/streaming/sessions?limit=1", NULL, NULL), ==, 401);
    g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
  }
}

static void
test_port_in_use_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);
  g_autofree char *option = g_strconcat ("--listen=", d->url + strlen ("http://"), NULL);
  g_autofree char *err = NULL;

  g_assert_cmpint (run_to_end (f, NULL, &err, option, MEMORY, NO_BUS, NULL), ==, EX_UNAVAILABLE);
  g_assert_nonnull (strstr (err, d->url + strlen ("http://")));
  g_assert_cmpuint (http_request (d->url, "GET", "/healthz", NULL, NULL), ==, 200);
}

static void
test_store_in_use_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, "--store=sqlite:one.db", NO_BUS, NULL);
  g_autofree char *err = NULL;

  g_assert_cmpint (run_to_end (f, NULL, &err, SOME_PORT, "--store=sqlite:one.db", NO_BUS, NULL), ==, EX_CANTCREAT);
  g_assert_nonnull (strstr (err, "one.db"));
  g_assert_cmpuint (http_request (d->url, "GET", "/healthz", NULL, NULL), ==, 200);
}

static void
test_damaged_store_is_refused_and_left_alone (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill (8192, 'x');
  g_autofree char *path = fixture_path (f, "bad.db");
  g_autofree char *err = NULL;
  g_autofree char *after = NULL;

  fixture_write (f, "bad.db", text);
  g_assert_cmpint (run_to_end (f, NULL, &err, SOME_PORT, "--store=sqlite:bad.db", NO_BUS, NULL), ==, EX_CANTCREAT);
  g_assert_nonnull (strstr (err, "bad.db"));
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, text);
}

/* ---- stop ---- */

static void
test_terminates_at_once_when_idle (Fixture *f, gconstpointer signal)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);
  gint64 before = g_get_monotonic_time ();

  g_subprocess_send_signal (d->process, GPOINTER_TO_INT (signal));
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 4 * G_USEC_PER_SEC);
  g_assert_nonnull (strstr (d->log->str, "Stopped"));
}

/* A client that never finishes its request holds the daemon up, but not longer than it may. */
static void
test_drains_within_its_bound (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);
  g_autoptr(GSocketConnection) slow = http_begin (d->url, half_a_request);
  gint64 before = g_get_monotonic_time ();

  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 11 * G_USEC_PER_SEC);
}

static void
test_second_signal_hurries (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);
  g_autoptr(GSocketConnection) slow = NULL;
  gint64 before;

  /* its head has been read before the daemon is told to stop: the next connection is served after it */
  slow = http_begin (d->url, half_a_request);
  g_assert_cmpuint (http_request (d->url, "GET", "/healthz", NULL, NULL), ==, 200);

  before = g_get_monotonic_time ();
  g_subprocess_send_signal (d->process, SIGTERM);
  daemon_wait_log (d, "draining");
  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_nonnull (strstr (d->log->str, "waiting for nobody but the store"));
  g_assert_cmpint (g_get_monotonic_time () - before, <, 4 * G_USEC_PER_SEC);
}

/* It waits for a bus that takes the connection and then says nothing. */
static void
test_stops_while_it_starts (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = fixture_path (f, "bus");
  g_autoptr(GSocketListener) bus = g_socket_listener_new ();
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr(GSocketConnection) peer = NULL;
  g_autoptr(Daemon) d = NULL;

  g_assert_true (g_socket_listener_add_address (bus, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL,
                                                NULL,
                                                NULL));
  d = daemon_start (f, SOME_PORT, MEMORY, NULL);    /* finds the bus in its runtime directory */
  peer = g_socket_listener_accept (bus, NULL, NULL, NULL);
  g_assert_nonnull (peer);
  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_null (strstr (d->log->str, "store memory"));
}

/* What was acknowledged is there again, however the daemon was told to go. */
static void
test_no_commit_is_lost (Fixture *f, gconstpointer signal)
{
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, NO_BUS, NULL);
      g_autofree char *body = g_strdup_printf ("{\"session_id\":\"s%u\",\"user_id\":\"u\"}", i);

      g_assert_cmpuint (http_request (d->url, "POST", "/api/streaming/sessions", body, NULL), ==, 200);
      g_subprocess_send_signal (d->process, GPOINTER_TO_INT (signal));
      if (GPOINTER_TO_INT (signal) == SIGTERM)
        g_subprocess_send_signal (d->process, SIGTERM);
      g_subprocess_wait (d->process, NULL, NULL);
    }

  {
    g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, NO_BUS, NULL);

    for (guint i = 0; i < 3; i++)
      {
        g_autofree char *path = g_strdup_printf ("/api/streaming/sessions/s%u", i);

        g_assert_cmpuint (http_request (d->url, "GET", path, NULL, NULL), ==, 200);
      }
  }
}

#define ADD(name, data, function) \
  g_test_add ("/process/" name, Fixture, data, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  fixture_program = g_canonicalize_filename (argv[1], NULL);

  ADD ("answers-when-it-says-so", NULL, test_answers_when_it_says_so);
  ADD ("tells-every-address", NULL, test_tells_every_address);
  ADD ("version-is-one-line", NULL, test_version_is_one_line);
  ADD ("files-are-private", NULL, test_files_are_private);
  ADD ("raises-its-limit-of-files", NULL, test_raises_its_limit_of_files);
  ADD ("nobody-reads-its-output", NULL, test_nobody_reads_its_output);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strconcat ("/process/refuses/", refusals[i].name, NULL);

      g_test_add (path, Fixture, &refusals[i], fixture_set_up, test_refuses, fixture_tear_down);
    }
  ADD ("remote-address-is-served-with-tokens-only", NULL, test_remote_address_is_served_with_tokens_only);
  ADD ("file-of-tokens-that-nobody-needs-is-only-told-of", NULL, test_file_of_tokens_that_nobody_needs_is_only_told_of);
  ADD ("required-token-is-asked-for-on-loopback", NULL, test_required_token_is_asked_for_on_loopback);
  ADD ("port-in-use-is-refused", NULL, test_port_in_use_is_refused);
  ADD ("store-in-use-is-refused", NULL, test_store_in_use_is_refused);
  ADD ("damaged-store-is-refused-and-left-alone", NULL, test_damaged_store_is_refused_and_left_alone);
  ADD ("terminates-at-once-when-idle/SIGTERM", GINT_TO_POINTER (SIGTERM), test_terminates_at_once_when_idle);
  ADD ("terminates-at-once-when-idle/SIGINT", GINT_TO_POINTER (SIGINT), test_terminates_at_once_when_idle);
  ADD ("drains-within-its-bound", NULL, test_drains_within_its_bound);
  ADD ("second-signal-hurries", NULL, test_second_signal_hurries);
  ADD ("stops-while-it-starts", NULL, test_stops_while_it_starts);
  ADD ("no-commit-is-lost/SIGTERM-twice", GINT_TO_POINTER (SIGTERM), test_no_commit_is_lost);
  ADD ("no-commit-is-lost/SIGKILL", GINT_TO_POINTER (SIGKILL), test_no_commit_is_lost);
  status = g_test_run ();
  g_free (fixture_program);
  return status;
}
