/* test-config.c - layers of the configuration, and what is said about mistakes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioe-error.h"
#include "ouioed-config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char                *dir;         /* temporary */
  char                *layers[3];   /* directories in it, NULL-terminated */
  OuioedConfigSources  sources;
  OuioedConfigReport   found;
} Fixture;

static void
set_up (Fixture *f, gconstpointer user_data)
{
  g_autoptr(GError) error = NULL;

  f->dir = g_dir_make_tmp ("ouioe-XXXXXX", &error);
  g_assert_no_error (error);
  f->layers[0] = g_build_filename (f->dir, "system", NULL);
  f->layers[1] = g_build_filename (f->dir, "user", NULL);
  f->sources.dirs = (const char *const *) f->layers;
  ouioed_config_report_init (&f->found);
}

static void
remove_tree (const char *path)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      remove_tree (below);
    }
  g_remove (path);
}

static void
tear_down (Fixture *f, gconstpointer user_data)
{
  remove_tree (f->dir);
  g_free (f->dir);
  g_free (f->layers[0]);
  g_free (f->layers[1]);
  ouioed_config_report_clear (&f->found);
}

/* Returns the path. */
static char *
write_file (Fixture *f, const char *name, const char *text)
{
  char *path = g_build_filename (f->dir, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static OuioedConfig *
load (Fixture *f)
{
  OuioedConfig *config = ouioed_config_load (&f->sources, &f->found);

  for (guint i = 0; i < f->found.errors->len; i++)
    g_test_message ("%s", (char *) f->found.errors->pdata[i]);
  return config;
}

static void
assert_told (GPtrArray *list, guint i, const char *place, const char *text)
{
  g_autofree char *wanted = g_strdup_printf ("%s: %s", place, text);

  g_assert_cmpuint (list->len, >, i);
  g_assert_cmpstr (list->pdata[i], ==, wanted);
}

static void
test_nothing_said_gives_what_is_built_in (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) config = load (f);

  g_assert_nonnull (config);
  g_assert_cmpuint (f->found.warnings->len, ==, 0);
  g_assert_cmpstr (ouioed_config_get_list (config, OUIOED_KEY_HTTP_LISTEN)[0], ==, "127.0.0.1:3005");
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_HTTP_MAX_BODY), ==, 1 << 20);
  g_assert_cmpstr (ouioed_config_get_text (config, OUIOED_KEY_STORE_STORE), ==, "sqlite:");
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    g_assert_true (ouioed_config_is_built_in (config, id));
}

/* Each layer sets all that the layers above it set, and one key of its own. */
static void
test_higher_layers_win (Fixture *f, gconstpointer user_data)
{
  static const char *const environment[] = { "OUIOED_READERS_MAX_READERS=5", "OUIOED_HTTP_MAX_CONNECTIONS=5", "PATH=/",
                                             NULL };
  g_autofree char *a = write_file (f, "system/ouioed.conf",
                                   "[readers]\nmax-readers=1\n[http]\nmax-connections=1\nmax-page-events=1\n"
                                   "[sessions]\nmax-sessions=1\nmax-keys=1\n[bus]\nsignals-total=1\n");
  g_autofree char *b = write_file (f, "system/ouioed.conf.d/20-b.conf",
                                   "[readers]\nmax-readers=3\n[http]\nmax-connections=3\nmax-page-events=3\n"
                                   "[sessions]\nmax-sessions=3\n");
  g_autofree char *c = write_file (f, "system/ouioed.conf.d/10-a.conf",
                                   "[readers]\nmax-readers=2\n[http]\nmax-connections=2\nmax-page-events=2\n"
                                   "[sessions]\nmax-sessions=2\nmax-keys=2\n");
  g_autofree char *d = write_file (f, "user/ouioed.conf",
                                   "[readers]\nmax-readers=4\n[http]\nmax-connections=4\nmax-page-events=4\n");
  g_autofree char *ignored = write_file (f, "user/ouioed.conf.d/99-backup.conf~", "[readers]\nmax-readers=9\n");
  g_autofree char *hidden = write_file (f, "user/ouioed.conf.d/.99.conf", "[readers]\nmax-readers=9\n");
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.environment = environment;
  f->sources.options[OUIOED_KEY_HTTP_LISTEN] = "127.0.0.1:6";
  config = load (f);

  g_assert_nonnull (config);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_BUS_SIGNALS_TOTAL), ==, 1);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_SESSIONS_MAX_KEYS), ==, 2);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_SESSIONS_MAX_SESSIONS), ==, 3);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_HTTP_MAX_PAGE_EVENTS), ==, 4);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_HTTP_MAX_CONNECTIONS), ==, 5);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_READERS_MAX_READERS), ==, 5);
  g_assert_cmpstr (ouioed_config_get_list (config, OUIOED_KEY_HTTP_LISTEN)[0], ==, "127.0.0.1:6");
}

static void
test_option_wins_over_environment (Fixture *f, gconstpointer user_data)
{
  static const char *const environment[] = { "OUIOED_LOG_LEVEL=debug", NULL };
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.environment = environment;
  f->sources.options[OUIOED_KEY_LOG_LEVEL] = "info";
  config = load (f);

  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_LOG_LEVEL), ==, 3);
}

static void
test_file_replaces_all_files (Fixture *f, gconstpointer user_data)
{
  g_autofree char *other = write_file (f, "system/ouioed.conf", "[http]\nmax-body=broken\n");
  g_autofree char *path = write_file (f, "own.conf", "# mine\n\n; too\n  [http]  \r\n  max-body = 2M \r\n");
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.file = path;
  config = load (f);

  g_assert_nonnull (config);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_HTTP_MAX_BODY), ==, 2 << 20);
}

static void
test_file_that_is_not_there_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = g_build_filename (f->dir, "nowhere.conf", NULL);

  f->sources.file = path;
  g_assert_null (load (f));
  g_assert_cmpuint (f->found.errors->len, ==, 1);
  g_assert_true (g_str_has_prefix (f->found.errors->pdata[0], path));
}

static void
test_file_that_is_no_text_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = write_file (f, "system/ouioed.conf", "[http]\nmax-body=\xff\n");

  g_assert_null (load (f));
  assert_told (f->found.errors, 0, path, "not UTF-8 text");
}

static void
test_file_that_is_too_large_is_refused (Fixture *f, gconstpointer user_data)
{
  g_autofree char *text = g_strnfill ((1 << 20) + 1, '#');
  g_autofree char *path = write_file (f, "system/ouioed.conf", text);

  g_assert_null (load (f));
  assert_told (f->found.errors, 0, path, "larger than 1 MiB");
}

static void
test_every_error_has_its_place (Fixture *f, gconstpointer user_data)
{
  static const char *const environment[] = { "OUIOED_SESSIONS_MAX_KEYS=many", NULL };
  g_autofree char *path = write_file (f, "system/ouioed.conf",
                                      "max-body=1M\n[http]\nmax-body=1X\nwhat\n=1\n\n[readers]\nmax-readers=0\n");
  static const struct { guint line; const char *text; } wanted[] = {
    { 1, "a value without a key or outside of a section" },
    { 3, "[http] max-body=1X: not a size in bytes or with K, M or G, from 1K to 1G" },
    { 4, "neither [section] nor key=value nor a comment" },
    { 5, "a value without a key or outside of a section" },
    { 8, "[readers] max-readers=0: not a number, from 1 to 1000000" },
  };

  f->sources.environment = environment;
  f->sources.options[OUIOED_KEY_BUS_BUS] = "none of them";
  g_assert_null (load (f));
  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    {
      g_autofree char *place = g_strdup_printf ("%s:%u", path, wanted[i].line);

      assert_told (f->found.errors, i, place, wanted[i].text);
    }
  assert_told (f->found.errors, 5, "OUIOED_SESSIONS_MAX_KEYS",
               "[sessions] max-keys=many: not a number, from 0 to 10000000");
  assert_told (f->found.errors, 6, "--bus", "[bus] bus=none of them: not one of auto, none, session, system");
  g_assert_cmpuint (f->found.errors->len, ==, 7);
}

static void
test_unknown_keys_are_told_and_ignored (Fixture *f, gconstpointer user_data)
{
  static const char *const environment[] = { "OUIOED_HTTP_COLOUR=red", NULL };
  g_autofree char *path = write_file (f, "system/ouioed.conf", "[http]\ncolour = red\n[paint]\nmax-body=1\n");
  g_autofree char *first = g_strconcat (path, ":2", NULL);
  g_autofree char *second = g_strconcat (path, ":4", NULL);
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.environment = environment;
  config = load (f);
  g_assert_nonnull (config);
  assert_told (f->found.warnings, 0, first, "unknown key colour in [http] is ignored");
  assert_told (f->found.warnings, 1, second, "unknown key max-body in [paint] is ignored");
  assert_told (f->found.warnings, 2, "OUIOED_HTTP_COLOUR", "unknown variable is ignored");
  g_assert_cmpuint (f->found.warnings->len, ==, 3);
}

static void
test_remote_address_needs_a_word (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.options[OUIOED_KEY_HTTP_LISTEN] = "127.0.0.1:1,0.0.0.0:1";
  g_assert_null (load (f));
  g_assert_cmpuint (f->found.errors->len, ==, 1);
  g_assert_true (g_str_has_prefix (f->found.errors->pdata[0], "--listen: [http] listen=0.0.0.0:1: "));
  g_assert_nonnull (strstr (f->found.errors->pdata[0], "set [http] allow-remote=yes"));

  g_ptr_array_set_size (f->found.errors, 0);
  f->sources.options[OUIOED_KEY_HTTP_ALLOW_REMOTE] = NULL;
  f->sources.environment = (const char *const[]) { "OUIOED_HTTP_ALLOW_REMOTE=yes", NULL };
  config = load (f);
  g_assert_nonnull (config);
  g_assert_cmpuint (f->found.warnings->len, ==, 0);
  g_assert_cmpint (ouioed_config_get_number (config, OUIOED_KEY_HTTP_AUTH), ==, OUIOED_TOKENS_AUTO);
}

static void
test_remote_address_needs_tokens (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.options[OUIOED_KEY_HTTP_LISTEN] = "[::]:1";
  f->sources.environment = (const char *const[]) { "OUIOED_HTTP_ALLOW_REMOTE=yes", "OUIOED_HTTP_AUTH=off", NULL };
  g_assert_null (load (f));
  g_assert_cmpuint (f->found.errors->len, ==, 1);
  g_assert_nonnull (strstr (f->found.errors->pdata[0], "set [http] auth=auto"));

  g_ptr_array_set_size (f->found.errors, 0);
  f->sources.environment = (const char *const[]) { "OUIOED_HTTP_ALLOW_REMOTE=yes", "OUIOED_HTTP_AUTH=required", NULL };
  config = load (f);
  g_assert_nonnull (config);
}

static void
test_defaults_stay_within_bounds (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = write_file (f, "system/ouioed.conf",
                                      "[sessions]\nmax-stream-length=10\ndefault-expiry=100h\nmax-expiry=99h\n");
  g_autofree char *length = g_strconcat (path, ":2", NULL);
  g_autofree char *expiry = g_strconcat (path, ":3", NULL);

  g_assert_null (load (f));
  assert_told (f->found.errors, 0, length, "[sessions] default-stream-length=1000: more than max-stream-length=10");
  assert_told (f->found.errors, 1, expiry, "[sessions] default-expiry=100h: more than max-expiry=99h");
}

static void
test_dump_names_origins_and_can_be_read_again (Fixture *f, gconstpointer user_data)
{
  static const char *const environment[] = { "OUIOED_STORE_MAX_SIZE=2G", NULL };
  g_autofree char *path = write_file (f, "user/ouioed.conf", "[http]\nallowed-origins=https://b, https://a\n");
  g_autofree char *origins = g_strdup_printf ("# %s:2\nallowed-origins=https://b, https://a\n", path);
  g_autoptr(OuioedConfig) config = NULL;
  g_autoptr(OuioedConfig) again = NULL;
  g_autofree char *dump = NULL;
  g_autofree char *written = NULL;
  g_autoptr(GError) error = NULL;

  f->sources.environment = environment;
  f->sources.options[OUIOED_KEY_LOG_FORMAT] = "json";
  config = load (f);
  dump = ouioed_config_dump (config);
  g_assert_true (g_str_has_prefix (dump, "[http]\n# built-in\nlisten=127.0.0.1:3005\n"));
  g_assert_nonnull (strstr (dump, origins));
  g_assert_nonnull (strstr (dump, "# OUIOED_STORE_MAX_SIZE\nmax-size=2G\n"));
  g_assert_nonnull (strstr (dump, "# --log-format\nformat=json\n"));

  written = write_file (f, "again.conf", dump);
  f->sources = (OuioedConfigSources) { .file = written };
  again = load (f);
  g_assert_nonnull (again);
  g_assert_true (ouioed_config_may_become (config, again, &error));
  g_assert_cmpint (ouioed_config_get_number (again, OUIOED_KEY_STORE_MAX_SIZE), ==, 2ll << 30);
  g_assert_cmpint (ouioed_config_get_number (again, OUIOED_KEY_LOG_FORMAT), ==, 2);
}

static void
test_reload_may_change_limits_only (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) before = load (f);
  g_autoptr(OuioedConfig) limits = NULL;
  g_autoptr(OuioedConfig) fixed = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = write_file (f, "user/ouioed.conf",
                                      "[http]\nmax-body=2M\nallowed-origins=*\n[log]\nlevel=debug\n"
                                      "[sessions]\nmax-keys=7\n");

  limits = load (f);
  g_assert_true (ouioed_config_may_become (before, limits, &error));
  g_assert_no_error (error);

  f->sources.options[OUIOED_KEY_HTTP_LISTEN] = "127.0.0.1:1";
  f->sources.options[OUIOED_KEY_STORE_STORE] = "memory:";
  fixed = load (f);
  g_assert_false (ouioed_config_may_become (before, fixed, &error));
  g_assert_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION);
  g_assert_cmpstr (error->message, ==, "needs a restart to change: [http] listen, [store] store");
}

/* What the proxy listens on is decided at the start; how it works is not. */
static void
test_reload_may_change_how_the_proxy_works (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) before = load (f);
  g_autoptr(OuioedConfig) limits = NULL;
  g_autoptr(OuioedConfig) fixed = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *path = write_file (f, "user/ouioed.conf", "[proxy]\ndetached=yes\nmax-calls=7\nconnect-timeout=1s\n"
                                      "answer-timeout=1h\nstall-after=1min\n");

  limits = load (f);
  g_assert_true (ouioed_config_may_become (before, limits, &error));
  g_assert_no_error (error);

  f->sources.options[OUIOED_KEY_PROXY_UPSTREAMS] = "ollama";
  fixed = load (f);
  g_assert_false (ouioed_config_may_become (before, fixed, &error));
  g_assert_cmpstr (error->message, ==, "needs a restart to change: [proxy] upstreams");
}

/* An address of an upstream is one like any other. */
static void
test_remote_address_of_an_upstream_needs_a_word (Fixture *f, gconstpointer user_data)
{
  g_autoptr(OuioedConfig) config = NULL;

  f->sources.options[OUIOED_KEY_PROXY_UPSTREAMS] = "ollama,listen=0.0.0.0:1";
  g_assert_null (load (f));
  g_assert_cmpuint (f->found.errors->len, ==, 1);
  g_assert_nonnull (strstr (f->found.errors->pdata[0], "[proxy] upstreams: listen=0.0.0.0:1: "));
  g_assert_nonnull (strstr (f->found.errors->pdata[0], "set [http] allow-remote=yes"));

  g_ptr_array_set_size (f->found.errors, 0);
  f->sources.environment = (const char *const[]) { "OUIOED_HTTP_ALLOW_REMOTE=yes", NULL };
  config = load (f);
  g_assert_nonnull (config);
}

/* data/conf/ouioed.conf is what the table says, and as a configuration says nothing. */
static void
test_shipped_file_is_the_table (Fixture *f, gconstpointer user_data)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", "conf", "ouioed.conf", NULL);
  g_autofree char *shipped = NULL;
  g_autofree char *wanted = ouioed_config_template ();
  g_autofree char *everything = NULL;
  g_autofree char *uncommented = NULL;
  g_autoptr(GRegex) regex = g_regex_new ("^#(?=[a-z-]+=)", G_REGEX_MULTILINE, 0, NULL);
  g_autoptr(OuioedConfig) config = NULL;
  g_autoptr(OuioedConfig) second = NULL;
  g_autoptr(GError) error = NULL;

  g_file_get_contents (path, &shipped, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (shipped, ==, wanted);

  f->sources.file = path;
  config = load (f);
  g_assert_nonnull (config);
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    g_assert_true (ouioed_config_is_built_in (config, id));

  /* With every # in front of a key removed it changes nothing, and every key is there. */
  uncommented = g_regex_replace (regex, shipped, -1, 0, "", 0, &error);
  g_assert_no_error (error);
  everything = write_file (f, "everything.conf", uncommented);
  f->sources.file = everything;
  second = load (f);
  g_assert_nonnull (second);
  g_assert_cmpuint (f->found.warnings->len, ==, 0);
  g_assert_true (ouioed_config_may_become (config, second, &error));
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    g_assert_false (ouioed_config_is_built_in (second, id));
}

static void
test_dirs_are_for_their_daemon (Fixture *f, gconstpointer user_data)
{
  g_auto(GStrv) system = ouioed_config_get_dirs (TRUE);
  g_auto(GStrv) user = ouioed_config_get_dirs (FALSE);

  g_assert_cmpuint (g_strv_length (system), ==, 2);
  g_assert_cmpuint (g_strv_length (user), ==, 3);
  g_assert_true (g_str_has_prefix (user[2], g_get_user_config_dir ()));
}

#define ADD(name, function) g_test_add ("/config/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("nothing-said-gives-what-is-built-in", test_nothing_said_gives_what_is_built_in);
  ADD ("higher-layers-win", test_higher_layers_win);
  ADD ("option-wins-over-environment", test_option_wins_over_environment);
  ADD ("file-replaces-all-files", test_file_replaces_all_files);
  ADD ("file-that-is-not-there-is-refused", test_file_that_is_not_there_is_refused);
  ADD ("file-that-is-no-text-is-refused", test_file_that_is_no_text_is_refused);
  ADD ("file-that-is-too-large-is-refused", test_file_that_is_too_large_is_refused);
  ADD ("every-error-has-its-place", test_every_error_has_its_place);
  ADD ("unknown-keys-are-told-and-ignored", test_unknown_keys_are_told_and_ignored);
  ADD ("remote-address-needs-a-word", test_remote_address_needs_a_word);
  ADD ("remote-address-needs-tokens", test_remote_address_needs_tokens);
  ADD ("remote-address-of-an-upstream-needs-a-word", test_remote_address_of_an_upstream_needs_a_word);
  ADD ("defaults-stay-within-bounds", test_defaults_stay_within_bounds);
  ADD ("dump-names-origins-and-can-be-read-again", test_dump_names_origins_and_can_be_read_again);
  ADD ("reload-may-change-limits-only", test_reload_may_change_limits_only);
  ADD ("reload-may-change-how-the-proxy-works", test_reload_may_change_how_the_proxy_works);
  ADD ("shipped-file-is-the-table", test_shipped_file_is_the_table);
  ADD ("dirs-are-for-their-daemon", test_dirs_are_for_their_daemon);
  return g_test_run ();
}
