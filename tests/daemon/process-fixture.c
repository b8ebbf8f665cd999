/* process-fixture.c - the daemon as a process of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "process-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

char *fixture_program;

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

void
fixture_set_up (Fixture *f, gconstpointer user_data)
{
  static const char *const strangers[] = {
    "DBUS_SESSION_BUS_ADDRESS", "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "STATE_DIRECTORY", "G_MESSAGES_DEBUG",
  };
  g_autoptr(GError) error = NULL;

  f->dir = g_dir_make_tmp ("ouioe-XXXXXX", &error);
  g_assert_no_error (error);
  f->launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_cwd (f->launcher, f->dir);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    g_subprocess_launcher_unsetenv (f->launcher, strangers[i]);
  g_subprocess_launcher_setenv (f->launcher, "XDG_CONFIG_HOME", f->dir, TRUE);
  g_subprocess_launcher_setenv (f->launcher, "XDG_STATE_HOME", f->dir, TRUE);
  g_subprocess_launcher_setenv (f->launcher, "XDG_RUNTIME_DIR", f->dir, TRUE);
}

void
fixture_tear_down (Fixture *f, gconstpointer user_data)
{
  g_clear_object (&f->launcher);
  remove_tree (f->dir);
  g_clear_pointer (&f->dir, g_free);
}

char *
fixture_path (Fixture *f, const char *name)
{
  return g_build_filename (f->dir, name, NULL);
}

void
fixture_write (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = fixture_path (f, name);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static Daemon *
start (Fixture *f, va_list args)
{
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  g_autoptr(GError) error = NULL;
  Daemon *d = g_new0 (Daemon, 1);
  const char *arg;

  g_ptr_array_add (argv, (gpointer) fixture_program);
  while ((arg = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) arg);
  g_ptr_array_add (argv, NULL);

  d->process = g_subprocess_launcher_spawnv (f->launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  d->out = g_data_input_stream_new (g_subprocess_get_stdout_pipe (d->process));
  d->err = g_data_input_stream_new (g_subprocess_get_stderr_pipe (d->process));
  d->log = g_string_new (NULL);
  return d;
}

Daemon *
daemon_start (Fixture *f, ...)
{
  Daemon *d;
  va_list args;

  va_start (args, f);
  d = start (f, args);
  va_end (args);
  return d;
}

Daemon *
daemon_start_ready (Fixture *f, ...)
{
  Daemon *d;
  va_list args;

  va_start (args, f);
  d = start (f, args);
  va_end (args);
  daemon_wait_ready (d);
  return d;
}

/* Reads one line into the log; FALSE at the end. */
static gboolean
read_log (Daemon *d)
{
  g_autofree char *line = g_data_input_stream_read_line (d->err, NULL, NULL, NULL);

  if (line == NULL)
    return FALSE;
  g_test_message ("%s", line);
  g_string_append_printf (d->log, "%s\n", line);
  return TRUE;
}

void
daemon_wait_ready (Daemon *d)
{
  g_autofree char *line = g_data_input_stream_read_line (d->out, NULL, NULL, NULL);

  if (line == NULL)
    while (read_log (d))
      continue;
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, "listening on "));
  g_free (d->url);
  d->url = g_strdup (line + strlen ("listening on "));
}

void
daemon_wait_log (Daemon *d, const char *text)
{
  while (strstr (d->log->str, text) == NULL)
    g_assert_true (read_log (d));
}

int
daemon_wait_exit (Daemon *d)
{
  g_autoptr(GError) error = NULL;

  while (read_log (d))
    continue;
  g_subprocess_wait (d->process, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (d->process));
  return g_subprocess_get_exit_status (d->process);
}

void
daemon_free (Daemon *d)
{
  g_subprocess_send_signal (d->process, SIGTERM);
  g_subprocess_wait (d->process, NULL, NULL);
  g_object_unref (d->out);
  g_object_unref (d->err);
  g_object_unref (d->process);
  g_string_free (d->log, TRUE);
  g_free (d->url);
  g_free (d);
}

int
run_to_end (Fixture *f, char **out, char **err, ...)
{
  g_autoptr(Daemon) d = NULL;
  va_list args;
  int status;

  va_start (args, err);
  d = start (f, args);
  va_end (args);

  if (out != NULL)    /* up to a NUL, which never comes */
    *out = g_data_input_stream_read_upto (d->out, "", 1, NULL, NULL, NULL);
  if (out != NULL && *out == NULL)
    *out = g_strdup ("");
  status = daemon_wait_exit (d);
  if (err != NULL)
    *err = g_strdup (d->log->str);
  return status;
}

/* ---- HTTP ---- */

GSocketConnection *
http_begin (const char *url, const char *bytes)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnectable) address = NULL;
  g_autoptr(GError) error = NULL;
  GSocketConnection *connection;
  GOutputStream *stream;

  if (g_str_has_prefix (url, "unix:"))
    address = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (url + strlen ("unix:")));
  else
    address = g_network_address_parse_uri (url, 80, &error);
  g_assert_no_error (error);

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect (client, address, NULL, &error);
  g_assert_no_error (error);
  stream = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_output_stream_write_all (stream, bytes, strlen (bytes), NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

guint
http_request (const char *url, const char *method, const char *path, const char *body, char **response)
{
  g_autofree char *request = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                              "Content-Type: application/json\r\nContent-Length: %" G_GSIZE_FORMAT
                                              "\r\n\r\n%s", method, path, body == NULL ? 0 : strlen (body),
                                              body == NULL ? "" : body);
  g_autoptr(GSocketConnection) connection = http_begin (url, request);
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;
  guint status = 0;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_string_append_len (text, buffer, n);
  sscanf (text->str, "HTTP/1.1 %3u", &status);
  if (response != NULL)
    *response = g_strdup (text->str);
  return status;
}
