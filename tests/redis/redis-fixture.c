/* redis-fixture.c - Redis servers of a test's own, which can be told to fail
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "redis-fixture.h"

TestRedis *
test_redis_new (guint port)
{
  g_autofree char *program = g_find_program_in_path ("redis-server");
  g_autoptr(GError) error = NULL;
  TestRedis *self;

  if (program == NULL)
    {
      g_test_skip ("there is no redis-server here");
      return NULL;
    }

  self = g_new0 (TestRedis, 1);
  self->place = g_dir_make_tmp ("ouioed-redis-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket = g_build_filename (self->place, "s", NULL);
  self->port = port;
  return self;
}

static void
remove_tree (const char *place)
{
  g_autoptr(GDir) dir = g_dir_open (place, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (place, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_tree (path);
      else
        g_unlink (path);
    }
  g_rmdir (place);
}

void
test_redis_free (TestRedis *self)
{
  if (self->pid != 0)
    test_redis_kill (self);
  remove_tree (self->place);
  g_free (self->place);
  g_free (self->socket);
  g_free (self);
}

/* A test that dies takes its servers with it. */
static void
set_up_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static gboolean
answers (TestRedis *self)
{
  g_autofree char *printed = test_redis_cli (self, "PING");

  return strcmp (printed, "PONG") == 0 || strstr (printed, "NOAUTH") != NULL;
}

static void
spawn_and_wait (TestRedis *self, GPtrArray *args)
{
  g_autoptr(GError) error = NULL;
  gint64 end_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_ptr_array_add (args, NULL);
  g_assert_true (g_spawn_async (NULL, (char **) args->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD
                                | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, set_up_child, NULL,
                                &self->pid, &error));
  g_assert_no_error (error);
  while (!answers (self))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end_us);
      g_assert_cmpint (waitpid (self->pid, NULL, WNOHANG), ==, 0);
    }
}

void
test_redis_start_sentinel (TestRedis *self, const char *config)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new ();
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  const char *fixed[] = { "redis-server", config, "--sentinel", "--port", port, "--bind", "127.0.0.1",
                          "--unixsocket", self->socket, "--dir", self->place };

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (args, (gpointer) fixed[i]);
  spawn_and_wait (self, args);
}

void
test_redis_start (TestRedis *self, ...)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new ();
  g_autofree char *port = g_strdup_printf ("%u", self->port);
  g_autofree char *log = g_build_filename (self->place, "log", NULL);
  const char *fixed[] = { "redis-server", "--port", port, "--bind", "127.0.0.1", "--unixsocket", self->socket,
                          "--dir", self->place, "--logfile", log, "--save", "", "--appendonly", "no" };
  const char *arg;
  va_list list;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (args, (gpointer) fixed[i]);
  va_start (list, self);
  while ((arg = va_arg (list, const char *)) != NULL)
    g_ptr_array_add (args, (gpointer) arg);
  va_end (list);
  spawn_and_wait (self, args);
}

void
test_redis_kill (TestRedis *self)
{
  kill (self->pid, SIGKILL);
  g_assert_cmpint (waitpid (self->pid, NULL, 0), ==, self->pid);
  g_spawn_close_pid (self->pid);
  self->pid = 0;
}

void
test_redis_signal (TestRedis *self, int number)
{
  g_assert_cmpint (kill (self->pid, number), ==, 0);
}

char *
test_redis_cli (TestRedis *self, const char *command)
{
  g_autofree char *line = g_strdup_printf ("redis-cli -s %s %s", self->socket, command);
  g_autofree char *errors = NULL;
  g_autoptr(GError) error = NULL;
  char *printed = NULL;

  g_assert_true (g_spawn_command_line_sync (line, &printed, &errors, NULL, &error));
  g_assert_no_error (error);
  return g_strchomp (printed);
}

void
test_redis_expect (TestRedis *self, const char *command, const char *expected)
{
  g_autofree char *printed = test_redis_cli (self, command);

  g_assert_cmpstr (printed, ==, expected);
}

char *
test_redis_dup_url (TestRedis *self, const char *options)
{
  return g_strdup_printf ("redis+unix://%s?%s", self->socket, options);
}

guint
test_redis_find_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

gboolean
test_redis_tick (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}
