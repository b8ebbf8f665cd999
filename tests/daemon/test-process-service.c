/* test-process-service.c - the daemon under its manager: reload, statistics, notifications, sockets, logs, the bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "process-fixture.h"


#include <gio/gunixsocketaddress.h>
#include <jansson.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#define SOME_PORT "--listen=127.0.0.1:0"
#define MEMORY    "--store=memory:"
#define NO_BUS    "--bus=none"

/* ---- reload ---- */

static void
test_reload_changes_limits (Fixture *f, gconstpointer user_data)
{
  g_autofree char *filler = g_strnfill (3000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"session_id\":\"s\",\"user_id\":\"u\",\"user_request\":\"%s\"}", filler);
  g_autoptr(Daemon) d = NULL;

  fixture_write (f, "own.conf", "[http]\nmax-body=2K\n");
  d = daemon_start_ready (f, "--config=own.conf", SOME_PORT, MEMORY, NO_BUS, NULL);
  g_assert_cmpuint (http_request (d->url, "POST", "/api/streaming/sessions", body, NULL), ==, 413);

  fixture_write (f, "own.conf", "[http]\nmax-body=8K\n");
  g_subprocess_send_signal (d->process, SIGHUP);
  daemon_wait_log (d, "Configuration reloaded");
  g_assert_cmpuint (http_request (d->url, "POST", "/api/streaming/sessions", body, NULL), ==, 200);
}

typedef struct {
  const char *name;
  const char *text;     /* of the file that is read again */
  const char *told;
} Reload;

static const Reload refused_reloads[] = {
  { "what-needs-a-restart", "[http]\nmax-body=8K\n[store]\nstate-dir=/tmp\n[bus]\nreplace=yes\n",
    "needs a restart to change: [store] state-dir, [bus] replace" },
  { "wrong-value", "[http]\nmax-body=8K\nmax-head=1\n", "own.conf:3: [http] max-head=1: not a size" },
  { "broken-file", "[http]\nmax-body=8K\nand so on\n", "own.conf:3: neither [section]" },
};

/* Nothing of it is taken, not even what could have been. */
static void
test_reload_is_refused_as_a_whole (Fixture *f, gconstpointer user_data)
{
  const Reload *reload = user_data;
  g_autofree char *body = g_strnfill (3000, 'x');
  g_autoptr(Daemon) d = NULL;

  fixture_write (f, "own.conf", "[http]\nmax-body=2K\n");
  d = daemon_start_ready (f, "--config=own.conf", SOME_PORT, MEMORY, NO_BUS, NULL);
  fixture_write (f, "own.conf", reload->text);
  g_subprocess_send_signal (d->process, SIGHUP);
  daemon_wait_log (d, "Reload refused");
  g_assert_nonnull (strstr (d->log->str, reload->told));
  g_assert_cmpuint (http_request (d->url, "POST", "/api/streaming/sessions", body, NULL), ==, 413);
  g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
}

static void
test_reload_changes_the_log_level (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = NULL;

  fixture_write (f, "own.conf", "[log]\nlevel=warning\n");
  d = daemon_start_ready (f, "--config=own.conf", SOME_PORT, MEMORY, NO_BUS, NULL);
  fixture_write (f, "own.conf", "[log]\nlevel=message\n");
  g_subprocess_send_signal (d->process, SIGHUP);
  daemon_wait_log (d, "Configuration reloaded");
  g_assert_null (strstr (d->log->str, "store memory"));
}

/* ---- configuration shown ---- */

static void
test_check_config_names_every_mistake (Fixture *f, gconstpointer user_data)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  fixture_write (f, "own.conf", "[http]\nlisten=127.0.0.1\nmax-body = 1T\nmax-bodies = 3\n\n[bus]\nbus=yellow\n");
  g_assert_cmpint (run_to_end (f, &out, &err, "--config=own.conf", "--check-config", NULL), ==, EX_CONFIG);
  g_assert_cmpstr (out, ==, "");
  g_assert_cmpstr (err, ==,
                   "own.conf:4: unknown key max-bodies in [http] is ignored (warning)\n"
                   "own.conf:2: [http] listen=127.0.0.1: not HOST:PORT, [ADDRESS]:PORT or unix:/PATH, at least one\n"
                   "own.conf:3: [http] max-body=1T: not a size in bytes or with K, M or G, from 1K to 1G\n"
                   "own.conf:7: [bus] bus=yellow: not one of auto, none, session, system\n");
}

static void
test_check_config_is_silent_about_a_good_one (Fixture *f, gconstpointer user_data)
{
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;

  fixture_write (f, "own.conf", "[http]\nmax-body = 2M\n");
  g_assert_cmpint (run_to_end (f, &out, &err, "--config=own.conf", "--check-config", NULL), ==, EXIT_SUCCESS);
  g_assert_cmpstr (out, ==, "");
  g_assert_cmpstr (err, ==, "");
}

static void
test_dump_config_names_every_origin (Fixture *f, gconstpointer user_data)
{
  g_autofree char *wanted_path = g_test_build_filename (G_TEST_DIST, "daemon", "dump-config.expected", NULL);
  g_autofree char *wanted = NULL;
  g_autofree char *out = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (wanted_path, &wanted, NULL, &error);
  g_assert_no_error (error);
  fixture_write (f, "own.conf", "[http]\nmax-body = 2048K\n\n[readers]\nkeepalive=90s\n");
  g_subprocess_launcher_setenv (f->launcher, "OUIOED_SESSIONS_MAX_KEYS", "5", TRUE);
  g_assert_cmpint (run_to_end (f, &out, NULL, "--config=own.conf", "--dump-config", "--listen=[::1]:1",
                               "--listen=unix:/x", MEMORY, "--allow-origin=*", "--log-level=info", NULL),
                   ==, EXIT_SUCCESS);
  g_assert_cmpstr (out, ==, wanted);
}

/* ---- log ---- */

static void
test_statistics_are_logged (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);

  g_assert_cmpuint (http_request (d->url, "POST", "/api/streaming/sessions",
                                  "{\"session_id\":\"s\",\"user_id\":\"u\"}", NULL), ==, 200);
  g_subprocess_send_signal (d->process, SIGUSR1);
  daemon_wait_log (d, "Statistics: 1 sessions open, 0 closed, 1 created; 1 events in ");
}

static void
test_json_log_is_an_object_a_line (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, "--log-format=json", NULL);
  g_auto(GStrv) lines = NULL;
  guint n = 0;

  g_subprocess_send_signal (d->process, SIGTERM);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  lines = g_strsplit (d->log->str, "\n", -1);
  for (guint i = 0; *lines[i] != '\0'; i++)
    {
      json_t *object = json_loads (lines[i], JSON_REJECT_DUPLICATES, NULL);

      g_assert_nonnull (object);
      g_assert_nonnull (json_string_value (json_object_get (object, "message")));
      n += json_object_get (object, "message_id") != NULL;
      json_decref (object);
    }
  g_assert_cmpuint (n, ==, 2);    /* started, stopped */
}

/* ---- service manager ---- */

static int
bind_manager (Fixture *f)
{
  g_autofree char *path = fixture_path (f, "notify");
  g_autoptr(GSocketAddress) address = g_unix_socket_address_new (path);
  char native[256];
  int fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  g_assert_true (g_socket_address_to_native (address, native, sizeof native, NULL));
  g_assert_cmpint (bind (fd, (struct sockaddr *) native, g_socket_address_get_native_size (address)), ==, 0);
  g_subprocess_launcher_setenv (f->launcher, "NOTIFY_SOCKET", path, TRUE);
  return fd;
}

/* Takes messages until one begins so. */
static void
wait_notified (int fd, const char *prefix)
{
  char text[512] = "";

  while (!g_str_has_prefix (text, prefix))
    {
      gssize n = recv (fd, text, sizeof text - 1, 0);

      g_assert_cmpint (n, >, 0);
      text[n] = '\0';
      g_test_message ("%s", text);
    }
}

static void
test_manager_follows_its_life (Fixture *f, gconstpointer user_data)
{
  int manager = bind_manager (f);
  g_autoptr(Daemon) d = NULL;

  g_subprocess_launcher_setenv (f->launcher, "WATCHDOG_USEC", "200000", TRUE);
  d = daemon_start_ready (f, SOME_PORT, MEMORY, NO_BUS, NULL);
  wait_notified (manager, "READY=1\nSTATUS=0 sessions, 0 readers");
  wait_notified (manager, "WATCHDOG=1");
  wait_notified (manager, "WATCHDOG=1");
  g_subprocess_send_signal (d->process, SIGHUP);
  wait_notified (manager, "RELOADING=1\nMONOTONIC_USEC=");
  wait_notified (manager, "READY=1");
  g_subprocess_send_signal (d->process, SIGTERM);
  wait_notified (manager, "STOPPING=1");
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  close (manager);
}

/* A listening socket of the manager, as descriptor 3 of the next daemon; it listens on nothing else. */
static Daemon *
start_activated (Fixture *f, GSocket *listener, const char *option)
{
  char *program = fixture_program;
  Daemon *d;

  g_subprocess_launcher_take_fd (f->launcher, dup (g_socket_get_fd (listener)), 3);
  fixture_program = (char *) "/bin/sh";
  d = daemon_start (f, "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"", program, MEMORY, NO_BUS, option, NULL);
  fixture_program = program;
  return d;
}

static GSocket *
listen_on (const char *host)
{
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new_from_string (host, 0);

  g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
  g_assert_true (g_socket_listen (socket, NULL));
  return g_steal_pointer (&socket);
}

static void
test_takes_the_socket_of_its_manager (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GSocket) listener = listen_on ("127.0.0.1");
  g_autoptr(GSocketAddress) address = g_socket_get_local_address (listener, NULL);
  g_autofree char *wanted = g_strdup_printf ("http://127.0.0.1:%u",
                                             g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  g_autoptr(Daemon) d = start_activated (f, listener, NULL);

  daemon_wait_ready (d);
  g_assert_cmpstr (d->url, ==, wanted);
  g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
  daemon_wait_log (d, "store memory");
  g_assert_null (strstr (d->log->str, ":3005"));
}

static void
test_socket_is_taken_beside_what_was_asked_for (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GSocket) listener = listen_on ("127.0.0.1");
  g_autofree char *path = fixture_path (f, "own.sock");
  g_autofree char *wanted = g_strconcat ("unix:", path, NULL);
  g_autoptr(Daemon) d = start_activated (f, listener, "--listen=unix:own.sock");

  daemon_wait_ready (d);
  g_assert_true (g_str_has_prefix (d->url, "http://127.0.0.1:"));
  daemon_wait_ready (d);
  g_assert_cmpstr (d->url, ==, wanted);
}

static void
test_remote_socket_of_the_manager_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GSocket) listener = listen_on ("0.0.0.0");
  g_autoptr(Daemon) d = start_activated (f, listener, NULL);

  g_assert_cmpint (daemon_wait_exit (d), ==, EX_CONFIG);
  g_assert_nonnull (strstr (d->log->str, "set [http] allow-remote=yes"));
}

/* ---- bus ---- */

static GTestDBus *
start_bus (Fixture *f)
{
  GTestDBus *bus = g_test_dbus_new (G_TEST_DBUS_NONE);

  g_test_dbus_up (bus);
  g_subprocess_launcher_setenv (f->launcher, "DBUS_SESSION_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  return bus;
}

static void
test_runs_without_a_bus_unless_told (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NULL);

  daemon_wait_log (d, "bus none");
  g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
}

static void
test_bus_that_does_not_answer_is_done_without (Fixture *f, gconstpointer user_data)
{
  g_autoptr(Daemon) d = NULL;

  g_subprocess_launcher_setenv (f->launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  d = daemon_start_ready (f, SOME_PORT, MEMORY, NULL);
  daemon_wait_log (d, "No bus: ");
  g_assert_cmpuint (http_request (d->url, "GET", "/readyz", NULL, NULL), ==, 200);
}

static void
test_takes_the_session_bus_that_is_there (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GTestDBus) bus = start_bus (f);
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NULL);
  g_autoptr(Daemon) second = NULL;
  g_autofree char *err = NULL;

  daemon_wait_log (d, "bus session");

  /* the name is taken: one that was told to have it gives up, another goes on without */
  g_assert_cmpint (run_to_end (f, NULL, &err, SOME_PORT, MEMORY, "--bus=session", NULL), ==, EX_UNAVAILABLE);
  g_assert_nonnull (strstr (err, "org.ouioe.Streaming1"));
  second = daemon_start_ready (f, SOME_PORT, MEMORY, NULL);
  daemon_wait_log (second, "bus none");

  g_clear_pointer (&second, daemon_free);
  g_clear_pointer (&d, daemon_free);
  g_test_dbus_down (bus);
}

static void
test_leaves_with_its_bus (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GTestDBus) bus = start_bus (f);
  g_autoptr(Daemon) d = daemon_start_ready (f, SOME_PORT, MEMORY, NULL);

  g_test_dbus_down (bus);
  g_assert_cmpint (daemon_wait_exit (d), ==, EXIT_SUCCESS);
  g_assert_nonnull (strstr (d->log->str, "org.ouioe.Streaming1 on the bus is lost"));
}

#define ADD(name, function) g_test_add ("/process/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  fixture_program = g_canonicalize_filename (argv[1], NULL);

  ADD ("reload-changes-limits", test_reload_changes_limits);
  for (guint i = 0; i < G_N_ELEMENTS (refused_reloads); i++)
    {
      g_autofree char *path = g_strconcat ("/process/reload-is-refused-as-a-whole/", refused_reloads[i].name, NULL);

      g_test_add (path, Fixture, &refused_reloads[i], fixture_set_up, test_reload_is_refused_as_a_whole,
                  fixture_tear_down);
    }
  ADD ("reload-changes-the-log-level", test_reload_changes_the_log_level);
  ADD ("check-config-names-every-mistake", test_check_config_names_every_mistake);
  ADD ("check-config-is-silent-about-a-good-one", test_check_config_is_silent_about_a_good_one);
  ADD ("dump-config-names-every-origin", test_dump_config_names_every_origin);
  ADD ("statistics-are-logged", test_statistics_are_logged);
  ADD ("json-log-is-an-object-a-line", test_json_log_is_an_object_a_line);
  ADD ("manager-follows-its-life", test_manager_follows_its_life);
  ADD ("takes-the-socket-of-its-manager", test_takes_the_socket_of_its_manager);
  ADD ("socket-is-taken-beside-what-was-asked-for", test_socket_is_taken_beside_what_was_asked_for);
  ADD ("remote-socket-of-the-manager-is-refused", test_remote_socket_of_the_manager_is_refused);
  ADD ("runs-without-a-bus-unless-told", test_runs_without_a_bus_unless_told);
  ADD ("bus-that-does-not-answer-is-done-without", test_bus_that_does_not_answer_is_done_without);
  ADD ("takes-the-session-bus-that-is-there", test_takes_the_session_bus_that_is_there);
  ADD ("leaves-with-its-bus", test_leaves_with_its_bus);
  status = g_test_run ();
  g_free (fixture_program);
  return status;
}
