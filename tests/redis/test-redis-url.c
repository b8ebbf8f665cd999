/* test-redis-url.c - where a Redis store is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib/gstdio.h>

#include "ouioe-error.h"
#include "ouioed-redis-url.h"

static OuioedRedisUrl *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  OuioedRedisUrl *url = ouioed_redis_url_parse (text, &error);

  g_assert_no_error (error);
  return url;
}

static const OuioedRedisPlace *
place (OuioedRedisUrl *url, guint i)
{
  g_assert_cmpuint (i, <, url->places->len);
  return url->places->pdata[i];
}

static void
test_a_host_is_enough (void)
{
  g_autoptr(OuioedRedisUrl) url = parse ("redis://cache");

  g_assert_cmpstr (place (url, 0)->host, ==, "cache");
  g_assert_cmpuint (place (url, 0)->port, ==, 6379);
  g_assert_cmpstr (place (url, 0)->name, ==, "cache:6379");
  g_assert_null (url->user);
  g_assert_null (url->password);
  g_assert_null (url->master);
  g_assert_false (url->tls);
  g_assert_cmpuint (url->db, ==, 0);
  g_assert_cmpstr (url->prefix, ==, "");
}

static void
test_everything_can_be_said (void)
{
  g_autoptr(OuioedRedisUrl) url = parse ("rediss://ann:p%40ss@[::1]:7000/9?prefix=team%3A&durable=2&ca=/etc/ca.pem");

  g_assert_true (url->tls);
  g_assert_cmpstr (url->user, ==, "ann");
  g_assert_cmpstr (url->password, ==, "p@ss");
  g_assert_cmpstr (place (url, 0)->host, ==, "::1");
  g_assert_cmpstr (place (url, 0)->name, ==, "[::1]:7000");
  g_assert_cmpuint (url->db, ==, 9);
  g_assert_cmpstr (url->prefix, ==, "team:");
  g_assert_cmpuint (url->n_replicas, ==, 2);
  g_assert_cmpstr (url->ca_file, ==, "/etc/ca.pem");
}

static void
test_a_password_needs_no_user (void)
{
  g_autoptr(OuioedRedisUrl) colon = parse ("redis://:secret@h");
  g_autoptr(OuioedRedisUrl) bare = parse ("redis://secret@h:1/");

  g_assert_null (colon->user);
  g_assert_cmpstr (colon->password, ==, "secret");
  g_assert_null (bare->user);
  g_assert_cmpstr (bare->password, ==, "secret");
  g_assert_cmpuint (place (bare, 0)->port, ==, 1);
}

static void
test_several_nodes_and_sentinels (void)
{
  g_autoptr(OuioedRedisUrl) nodes = parse ("redis://a,b:7000,[::2]/3");
  g_autoptr(OuioedRedisUrl) sentinels = parse ("redis+sentinel://:pw@a,b:5000/mymaster/2");
  g_autoptr(OuioedRedisUrl) socket = parse ("redis+unix:///run/redis/s%20k?db=4&user=u");

  g_assert_cmpuint (nodes->places->len, ==, 3);
  g_assert_cmpstr (place (nodes, 1)->name, ==, "b:7000");
  g_assert_cmpuint (nodes->db, ==, 3);
  g_assert_cmpstr (sentinels->master, ==, "mymaster");
  g_assert_cmpuint (place (sentinels, 0)->port, ==, 26379);
  g_assert_cmpuint (place (sentinels, 1)->port, ==, 5000);
  g_assert_cmpuint (sentinels->db, ==, 2);
  g_assert_cmpstr (place (socket, 0)->path, ==, "/run/redis/s k");
  g_assert_cmpuint (socket->db, ==, 4);
  g_assert_cmpstr (socket->user, ==, "u");
}

static void
test_mistakes_are_named_without_the_password (void)
{
  static const struct { const char *text, *words; } wrong[] = {
    { "redis:", "redis://HOST" },
    { "redis://", "there is no host" },
    { "redis://:hush@/9", "there is no host" },
    { "redis://:hush@h:0", "a port" },
    { "redis://:hush@h:70000", "a port" },
    { "redis://:hush@h/x", "the number of a database" },
    { "redis://:hush@h/1/2", "the number of a database" },
    { "redis://:hush@a,a", "twice" },
    { "redis://:hush@h?nope=1", "an option other than" },
    { "redis://:hush@h?db", "NAME=VALUE" },
    { "redis://:hush@h?ca=x", "absolute path" },
    { "redis://:hush@h?password-file=/x", "a password and a password-file" },
    { "redis://:hush@[::1", "a host is not written" },
    { "redis+unix://run/s", "redis+unix:///PATH" },
    { "redis+sentinel://:hush@h", "name of the master" },
    { "redis+tls://:hush@h", "are known" },
    { "redis://%zz:hush@h", "the user cannot be decoded" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (ouioed_redis_url_parse (wrong[i].text, &error));
      g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
      g_assert_nonnull (g_strrstr (error->message, wrong[i].words));
      g_assert_null (g_strrstr (error->message, "hush"));
    }
}

static void
test_password_comes_from_a_file (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr(OuioedRedisUrl) url = NULL;
  g_autoptr(OuioedRedisUrl) empty = NULL;
  int fd = g_file_open_tmp ("ouioed-password-XXXXXX", &path, &error);

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "from the file\n", -1, NULL));
  text = g_strdup_printf ("redis://h?password-file=%s", path);
  url = parse (text);
  g_assert_null (url->password);
  g_assert_true (ouioed_redis_url_load (url, &error));
  g_assert_cmpstr (url->password, ==, "from the file");

  g_assert_true (g_file_set_contents (path, "\n", -1, NULL));
  empty = parse (text);
  g_assert_false (ouioed_redis_url_load (empty, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_clear_error (&error);
  g_unlink (path);
  g_assert_false (ouioed_redis_url_load (empty, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis/url/a-host-is-enough", test_a_host_is_enough);
  g_test_add_func ("/redis/url/everything-can-be-said", test_everything_can_be_said);
  g_test_add_func ("/redis/url/a-password-needs-no-user", test_a_password_needs_no_user);
  g_test_add_func ("/redis/url/several-nodes-and-sentinels", test_several_nodes_and_sentinels);
  g_test_add_func ("/redis/url/mistakes-are-named-without-the-password", test_mistakes_are_named_without_the_password);
  g_test_add_func ("/redis/url/password-comes-from-a-file", test_password_comes_from_a_file);
  return g_test_run ();
}
