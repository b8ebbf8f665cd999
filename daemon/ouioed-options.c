/* ouioed-options.c - the command line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-options.h"

#include <gio/gio.h>
#include <string.h>

#define N_OWN 5    /* options that are not keys */

/* Where GOption puts the options that are keys. */
typedef struct {
  char  *text;    /* the last one given */
  char **list;    /* all given */
} Raw;

/* "unix:x" is in the current directory, which only a person in a shell has: everything else of a key is absolute. */
static void
make_absolute (char **address)
{
  g_autofree char *path = NULL;

  if (!g_str_has_prefix (*address, "unix:") || (*address)[5] == '\0')
    return;
  path = g_canonicalize_filename (*address + 5, NULL);
  g_free (*address);
  *address = g_strconcat ("unix:", path, NULL);
}

static void
take_raw (OuioedOptions *self, OuioedKeyId id, Raw *raw)
{
  if (raw->text != NULL && *raw->text != '\0' && ouioed_config_keys[id].type == OUIOED_VALUE_PATH)
    self->values[id] = g_canonicalize_filename (raw->text, NULL);
  else if (raw->text != NULL)
    self->values[id] = g_strdup (raw->text);
  for (guint i = 0; raw->list != NULL && raw->list[i] != NULL; i++)
    make_absolute (&raw->list[i]);
  if (raw->list != NULL)
    self->values[id] = g_strjoinv (ouioed_value_get_separator (ouioed_config_keys[id].type), raw->list);

  g_free (raw->text);
  g_strfreev (raw->list);
}

gboolean
ouioed_options_parse (OuioedOptions *self, int *argc, char ***argv, GError **error)
{
  g_autoptr(GOptionContext) context =
    g_option_context_new ("- takes in what models think, keeps it, and shows it live");
  GOptionEntry entries[N_OWN + OUIOED_N_KEYS + 1] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->config, "Read this file and no other", "FILE" },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &self->check_config, "Tell what is wrong with the configuration", NULL },
    { "dump-config", 0, 0, G_OPTION_ARG_NONE, &self->dump_config, "Print every value with its origin", NULL },
    { "print-config-template", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &self->print_template, "Print ouioed.conf",
      NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Print the version", NULL },
  };
  Raw raw[OUIOED_N_KEYS] = { 0 };
  guint n = N_OWN;
  gboolean parsed;

  *self = (OuioedOptions) { 0 };
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    {
      const OuioedConfigKey *key = &ouioed_config_keys[id];
      gboolean list = ouioed_value_is_list (key->type);

      if (key->option != NULL)
        entries[n++] = (GOptionEntry) {
          key->option, 0, 0, list ? G_OPTION_ARG_STRING_ARRAY : G_OPTION_ARG_STRING,
          list ? (gpointer) &raw[id].list : (gpointer) &raw[id].text, key->doc, key->argument,
        };
    }

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_description (context,
                                    "Exit status: 0 done, 1 failed while running, 64 usage, 69 bus or address not "
                                    "available,\n73 store cannot be opened, 78 configuration.\n");
  parsed = g_option_context_parse (context, argc, argv, error);
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    take_raw (self, id, &raw[id]);

  if (parsed && *argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION, "%s: no arguments are expected",
                   (*argv)[1]);
      return FALSE;
    }
  return parsed;
}

void
ouioed_options_clear (OuioedOptions *self)
{
  g_clear_pointer (&self->config, g_free);
  for (OuioedKeyId id = 0; id < OUIOED_N_KEYS; id++)
    g_clear_pointer (&self->values[id], g_free);
}

OuioedConfig *
ouioed_options_load (const OuioedOptions *self, OuioedConfigReport *found)
{
  g_auto(GStrv) environment = g_get_environ ();
  g_autofree char *variable = ouioed_config_key_get_variable (&ouioed_config_keys[OUIOED_KEY_BUS_BUS]);
  const char *bus = self->values[OUIOED_KEY_BUS_BUS];
  g_auto(GStrv) dirs = NULL;
  OuioedConfigSources sources = { 0 };

  /* Which files are read depends on this one value, so it cannot come from a file. */
  if (bus == NULL)
    bus = g_environ_getenv (environment, variable);
  dirs = ouioed_config_get_dirs (g_strcmp0 (bus, "system") == 0);

  sources.dirs = (const char *const *) dirs;
  sources.file = self->config;
  sources.environment = (const char *const *) environment;
  memcpy (sources.options, self->values, sizeof sources.options);
  return ouioed_config_load (&sources, found);
}
