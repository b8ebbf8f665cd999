/* ouioed-config.c - defaults < files < environment < options; checked once, then immutable
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-config.h"

#include "ouioe-error.h"
#include "ouioed-upstream.h"

#include <string.h>

#define MAX_FILE_BYTES (1 << 20)
#define BUILT_IN "built-in"

struct _OuioedConfig
{
  gatomicrefcount ref_count;
  OuioedValue     values[OUIOED_N_KEYS];
  char           *origins[OUIOED_N_KEYS];   /* where the value was said: "FILE:LINE", a variable, an option */
};

/* ---- report ---- */

void
ouioed_config_report_init (OuioedConfigReport *self)
{
  self->errors = g_ptr_array_new_with_free_func (g_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
}

void
ouioed_config_report_clear (OuioedConfigReport *self)
{
  g_clear_pointer (&self->errors, g_ptr_array_unref);
  g_clear_pointer (&self->warnings, g_ptr_array_unref);
}

static void
report (GPtrArray *list, const char *origin, const char *text)
{
  g_ptr_array_add (list, g_strdup_printf ("%s: %s", origin, text));
}

/* ---- layers ---- */

static void
take_value (OuioedConfig *self, OuioedKeyId id, const char *text, const char *origin, OuioedConfigReport *found)
{
  g_autoptr(GError) error = NULL;
  OuioedValue value;

  if (!ouioed_value_parse (&ouioed_config_keys[id], text, &value, &error))
    {
      report (found->errors, origin, error->message);
      return;
    }

  ouioed_value_clear (&self->values[id]);
  self->values[id] = value;
  g_free (self->origins[id]);
  self->origins[id] = g_strdup (origin);
}

/* @line has no white space around it. @section: of the lines so far, changed by a header. */
static void
read_line (OuioedConfig *self, char *line, char **section, const char *origin, OuioedConfigReport *found)
{
  char *equals = strchr (line, '=');
  gsize len = strlen (line);
  g_autofree char *unknown = NULL;
  OuioedKeyId id;

  if (len == 0 || line[0] == '#' || line[0] == ';')
    return;

  if (line[0] == '[' && line[len - 1] == ']')
    {
      g_free (*section);
      *section = g_strndup (line + 1, len - 2);
      return;
    }

  if (equals == NULL || equals == line || *section == NULL)
    {
      report (found->errors, origin, equals == NULL ? "neither [section] nor key=value nor a comment"
                                                    : "a value without a key or outside of a section");
      return;
    }

  *equals = '\0';
  g_strchomp (line);
  id = ouioed_config_key_find (*section, line);
  if (id == OUIOED_N_KEYS)
    {
      unknown = g_strdup_printf ("unknown key %s in [%s] is ignored", line, *section);
      report (found->warnings, origin, unknown);
      return;
    }
  take_value (self, id, g_strchug (equals + 1), origin, found);
}

static void
read_file (OuioedConfig *self, const char *path, gboolean must_exist, OuioedConfigReport *found)
{
  g_autofree char *contents = NULL;
  g_autofree char *section = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = NULL;
  gsize len;

  if (!g_file_get_contents (path, &contents, &len, &error))
    {
      if (must_exist || !g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        report (found->errors, path, error->message);
      return;
    }
  if (len > MAX_FILE_BYTES || !g_utf8_validate (contents, len, NULL))
    {
      report (found->errors, path, len > MAX_FILE_BYTES ? "larger than 1 MiB" : "not UTF-8 text");
      return;
    }

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *origin = g_strdup_printf ("%s:%u", path, i + 1);

      read_line (self, g_strstrip (lines[i]), &section, origin, found);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
read_dir (OuioedConfig *self, const char *dir, OuioedConfigReport *found)
{
  g_autofree char *file = g_build_filename (dir, "ouioed.conf", NULL);
  g_autofree char *drop_ins = g_strconcat (file, ".d", NULL);
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) listing = g_dir_open (drop_ins, 0, NULL);
  const char *name;

  read_file (self, file, FALSE, found);
  while (listing != NULL && (name = g_dir_read_name (listing)) != NULL)
    if (g_str_has_suffix (name, ".conf") && name[0] != '.')
      g_ptr_array_add (paths, g_build_filename (drop_ins, name, NULL));

  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    read_file (self, paths->pdata[i], FALSE, found);
}

static OuioedKeyId
find_variable (const char *name)
{
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      g_autofree char *variable = ouioed_config_key_get_variable (&ouioed_config_keys[id]);

      if (strcmp (variable, name) == 0)
        return id;
    }

  return OUIOED_N_KEYS;
}

static void
read_environment (OuioedConfig *self, const char *const *environment, OuioedConfigReport *found)
{
  for (guint i = 0; environment != NULL && environment[i] != NULL; i++)
    {
      const char *equals = strchr (environment[i], '=');
      g_autofree char *name = NULL;
      OuioedKeyId id;

      if (equals == NULL || !g_str_has_prefix (environment[i], "OUIOED_"))
        continue;

      name = g_strndup (environment[i], equals - environment[i]);
      id = find_variable (name);
      if (id == OUIOED_N_KEYS)
        report (found->warnings, name, "unknown variable is ignored");
      else
        take_value (self, id, equals + 1, name, found);
    }
}

/* ---- what several values say together ---- */

static void
check_address (const OuioedConfig *self, OuioedKeyId id, const char *address, OuioedConfigReport *found)
{
  const char *place = id == OUIOED_KEY_HTTP_LISTEN ? "[http] listen" : "[proxy] upstreams: listen";
  g_autofree char *text = NULL;

  if (ouioed_address_is_local (address))
    return;
  if (ouioed_config_get_number (self, OUIOED_KEY_HTTP_AUTH) == OUIOED_TOKENS_OFF)
    text = g_strdup_printf ("%s=%s: other machines reach this address, and with auth=off whoever does may read and write "
                            "everything: set [http] auth=auto, and make a token with ouioectl token create", place,
                            address);
  else if (!ouioed_config_get_number (self, OUIOED_KEY_HTTP_ALLOW_REMOTE))
    text = g_strdup_printf ("%s=%s: other machines reach this address, and what travels there is not encrypted; on a "
                            "network that is trusted, or behind a proxy that encrypts, set [http] allow-remote=yes "
                            "(OUIOED_HTTP_ALLOW_REMOTE=yes)", place, address);
  else
    return;
  report (found->errors, self->origins[id], text);
}

static void
check_listen (const OuioedConfig *self, OuioedConfigReport *found)
{
  const char *const *addresses = ouioed_config_get_list (self, OUIOED_KEY_HTTP_LISTEN);
  const char *const *upstreams = ouioed_config_get_list (self, OUIOED_KEY_PROXY_UPSTREAMS);

  for (guint i = 0; addresses[i] != NULL; i++)
    check_address (self, OUIOED_KEY_HTTP_LISTEN, addresses[i], found);
  for (guint i = 0; upstreams[i] != NULL; i++)
    {
      g_autoptr(OuioedUpstream) upstream = ouioed_upstream_parse (upstreams[i], NULL);

      if (upstream->listen != NULL)
        check_address (self, OUIOED_KEY_PROXY_UPSTREAMS, upstream->listen, found);
    }
}

/* @low must not be above @high. */
static void
check_order (const OuioedConfig *self, OuioedKeyId low, OuioedKeyId high, OuioedConfigReport *found)
{
  const OuioedConfigKey *key = &ouioed_config_keys[low];
  g_autofree char *value = NULL;
  g_autofree char *bound = NULL;
  g_autofree char *text = NULL;

  if (self->values[low].number <= self->values[high].number)
    return;

  value = ouioed_value_to_string (key, &self->values[low]);
  bound = ouioed_value_to_string (&ouioed_config_keys[high], &self->values[high]);
  text = g_strdup_printf ("[%s] %s=%s: more than %s=%s", key->section, key->name, value, ouioed_config_keys[high].name,
                          bound);
  /* the one that was said is the one to look at */
  report (found->errors, self->origins[ouioed_config_is_built_in (self, low) ? high : low], text);
}

OuioedConfig *
ouioed_config_load (const OuioedConfigSources *sources, OuioedConfigReport *found)
{
  g_autoptr(OuioedConfig) self = g_new0 (OuioedConfig, 1);

  g_atomic_ref_count_init (&self->ref_count);
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    take_value (self, id, ouioed_config_keys[id].value, BUILT_IN, found);

  if (sources->file != NULL)
    read_file (self, sources->file, TRUE, found);
  for (guint i = 0; sources->file == NULL && sources->dirs != NULL && sources->dirs[i] != NULL; i++)
    read_dir (self, sources->dirs[i], found);

  read_environment (self, sources->environment, found);

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    if (sources->options[id] != NULL)
      {
        g_autofree char *origin = g_strconcat ("--", ouioed_config_keys[id].option, NULL);

        take_value (self, id, sources->options[id], origin, found);
      }

  check_listen (self, found);
  check_order (self, OUIOED_KEY_SESSIONS_DEFAULT_STREAM_LENGTH, OUIOED_KEY_SESSIONS_MAX_STREAM_LENGTH, found);
  check_order (self, OUIOED_KEY_SESSIONS_DEFAULT_EXPIRY, OUIOED_KEY_SESSIONS_MAX_EXPIRY, found);

  return found->errors->len > 0 ? NULL : g_steal_pointer (&self);
}

OuioedConfig *
ouioed_config_ref (OuioedConfig *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
ouioed_config_unref (OuioedConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      ouioed_value_clear (&self->values[id]);
      g_free (self->origins[id]);
    }
  g_free (self);
}

char **
ouioed_config_get_dirs (gboolean system_daemon)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *own = g_build_filename (g_get_user_config_dir (), "ouioe", NULL);

  g_strv_builder_add_many (builder, OUIOE_DATADIR "/ouioe", OUIOE_SYSCONFDIR "/ouioe", NULL);
  if (!system_daemon)
    g_strv_builder_add (builder, own);
  return g_strv_builder_end (builder);
}

gint64
ouioed_config_get_number (const OuioedConfig *self, OuioedKeyId id)
{
  g_return_val_if_fail (ouioed_config_keys[id].type <= OUIOED_VALUE_WORD, 0);

  return self->values[id].number;
}

const char *
ouioed_config_get_text (const OuioedConfig *self, OuioedKeyId id)
{
  g_return_val_if_fail (self->values[id].text != NULL, NULL);

  return self->values[id].text;
}

const char *const *
ouioed_config_get_list (const OuioedConfig *self, OuioedKeyId id)
{
  g_return_val_if_fail (ouioed_value_is_list (ouioed_config_keys[id].type), NULL);

  return (const char *const *) self->values[id].list;
}

gboolean
ouioed_config_is_built_in (const OuioedConfig *self, OuioedKeyId id)
{
  return strcmp (self->origins[id], BUILT_IN) == 0;
}

char *
ouioed_config_dump (const OuioedConfig *self)
{
  GString *text = g_string_new (NULL);
  const char *section = "";

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[id];
      g_autofree char *value = ouioed_value_to_string (key, &self->values[id]);

      if (strcmp (section, key->section) != 0)
        g_string_append_printf (text, "%s[%s]\n", *section == '\0' ? "" : "\n", key->section);
      g_string_append_printf (text, "# %s\n%s=%s\n", self->origins[id], key->name, value);
      section = key->section;
    }

  return g_string_free (text, FALSE);
}

char *
ouioed_config_template (void)
{
  static const char head[] =
    "# ouioed.conf - configuration of ouioed; see ouioed --dump-config for what is in force\n"
    "#\n"
    "# SPDX-License-Identifier: GPL-3.0-or-later\n"
    "#\n"
    "# Every value that is shown is the built-in one. Remove the # before a key to change it. Each key may be set in\n"
    "# the environment too: OUIOED_SECTION_KEY, as in OUIOED_HTTP_MAX_BODY=2M. Sizes take K, M and G, times ms, s,\n"
    "# min and h, lists commas. SIGHUP reads this file again; what needs a restart says so.\n";
  GString *text = g_string_new (head);
  const char *section = "";

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[id];

      if (strcmp (section, key->section) != 0)
        g_string_append_printf (text, "\n[%s]\n", key->section);
      g_string_append_printf (text, "# %s.%s\n#%s=%s\n", key->doc, key->reloadable ? "" : " Needs a restart.",
                              key->name, key->value);
      section = key->section;
    }

  return g_string_free (text, FALSE);
}

gboolean
ouioed_config_may_become (const OuioedConfig *self, const OuioedConfig *to, GError **error)
{
  g_autoptr(GString) changed = g_string_new (NULL);

  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[id];
      g_autofree char *before = ouioed_value_to_string (key, &self->values[id]);
      g_autofree char *after = ouioed_value_to_string (key, &to->values[id]);

      if (!key->reloadable && strcmp (before, after) != 0)
        g_string_append_printf (changed, "%s[%s] %s", changed->len > 0 ? ", " : "", key->section, key->name);
    }

  if (changed->len == 0)
    return TRUE;
  g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION, "needs a restart to change: %s", changed->str);
  return FALSE;
}
