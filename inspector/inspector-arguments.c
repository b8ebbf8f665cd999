/* inspector-arguments.c - what was asked for on the command line, or by a link
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-arguments.h"

#include <glib/gi18n.h>
#include <ouioe.h>
#include <string.h>

/* More windows were not meant. */
#define MAX_TARGETS 20
#define MAX_ID_CHARS 256
#define MIN_SPEED 0.1
#define MAX_SPEED 1000

static void
target_free (gpointer data)
{
  InspectorTarget *self = data;

  g_free (self->session_id);
  g_free (self->event_id);
  g_clear_object (&self->file);
  g_free (self);
}

static gboolean G_GNUC_PRINTF (2, 3)
refuse (GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, g_error_new_valist (G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, format, args));
  va_end (args);
  return FALSE;
}

/* ---- one word ---- */

/* The base of an address: programs that stream speak of ws://, and of a path. NULL when it is no address. */
static char *
parse_address (const char *word)
{
  static const struct { const char *scheme; const char *base; } schemes[] = {
    { "ws://", "http://" }, { "wss://", "https://" }, { "http://", "http://" }, { "https://", "https://" },
  };

  if (g_str_has_prefix (word, "unix:") || g_str_has_prefix (word, "bus:"))
    return g_strdup (word);
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      const char *host = word + strlen (schemes[i].scheme);

      if (g_ascii_strncasecmp (word, schemes[i].scheme, strlen (schemes[i].scheme)) != 0)
        continue;
      return g_strdup_printf ("%s%.*s", schemes[i].base, (int) strcspn (host, "/?#"), host);
    }
  return NULL;
}

static gboolean
is_good_id (const char *id)
{
  if (*id == '\0' || !g_utf8_validate (id, -1, NULL) || g_utf8_strlen (id, -1) > MAX_ID_CHARS)
    return FALSE;
  for (const char *p = id; *p != '\0'; p++)
    {
      if (g_ascii_iscntrl (*p))
        return FALSE;
    }
  return TRUE;
}

gboolean
inspector_arguments_parse_link (const char *uri, char **session_id, char **event_id)
{
  static const char prefix[] = "ouioe:session/";
  g_autofree char *session = NULL;
  g_autofree char *event = NULL;
  g_auto(GStrv) parts = NULL;
  OuioeEventId parsed;

  if (g_ascii_strncasecmp (uri, prefix, strlen (prefix)) != 0)
    return FALSE;
  parts = g_strsplit (uri + strlen (prefix), "#", 2);
  session = parts[0] != NULL ? g_uri_unescape_string (parts[0], NULL) : NULL;
  if (session == NULL || !is_good_id (session))
    return FALSE;
  if (parts[1] != NULL)
    {
      event = g_uri_unescape_string (parts[1], NULL);
      if (event == NULL || !ouioe_event_id_parse (event, &parsed))
        return FALSE;
    }
  *session_id = g_steal_pointer (&session);
  *event_id = g_steal_pointer (&event);
  return TRUE;
}

static gboolean
looks_like_file (const char *word, GFile *file)
{
  return g_str_has_prefix (word, "file:") || g_str_has_suffix (word, ".ndjson") || g_str_has_suffix (word, ".json") ||
         g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_REGULAR;
}

static gboolean
add_target (InspectorArguments *self, const char *word, const char *directory, GError **error)
{
  g_autoptr(GFile) file = directory != NULL ? g_file_new_for_commandline_arg_and_cwd (word, directory)
                                            : g_file_new_for_commandline_arg (word);
  InspectorTarget *target = g_new0 (InspectorTarget, 1);

  g_ptr_array_add (self->targets, target);
  if (g_ascii_strncasecmp (word, "ouioe:", strlen ("ouioe:")) == 0)
    {
      if (!inspector_arguments_parse_link (word, &target->session_id, &target->event_id))
        return refuse (error, _("“%s” is no link to a session"), word);
      return TRUE;
    }
  if (looks_like_file (word, file))
    {
      if (!g_file_query_exists (file, NULL))
        return refuse (error, _("There is no file “%s”"), word);
      target->kind = INSPECTOR_TARGET_FILE;
      target->file = g_steal_pointer (&file);
      return TRUE;
    }
  if (!is_good_id (word))
    return refuse (error, _("“%s” is no id of a session"), word);
  target->session_id = g_strdup (word);
  return TRUE;
}

static gboolean
add_word (InspectorArguments *self, const char *word, const char *directory, GError **error)
{
  g_autofree char *address = parse_address (word);

  if (address == NULL)
    return self->targets->len < MAX_TARGETS ? add_target (self, word, directory, error)
                                            : refuse (error, _("“%s” is one argument too many"), word);
  if (self->address != NULL)
    return refuse (error, _("“%s” is one address too many"), word);
  self->address = g_steal_pointer (&address);
  return TRUE;
}

/* ---- options ---- */

static gboolean
read_options (InspectorArguments *self, GVariantDict *options, GError **error)
{
  gboolean has_speed = g_variant_dict_lookup (options, "speed", "d", &self->speed);

  g_variant_dict_lookup (options, "new-window", "b", &self->is_new_window);
  g_variant_dict_lookup (options, "follow-newest", "b", &self->follows_newest);
  g_variant_dict_lookup (options, "replay", "b", &self->is_replay);
  g_variant_dict_lookup (options, "filter", "s", &self->filter);
  if (has_speed && !self->is_replay)
    return refuse (error, _("%s needs --replay"), "--speed");
  /* Written so that what is no number is refused, too. */
  if (has_speed && !(self->speed >= MIN_SPEED && self->speed <= MAX_SPEED))
    return refuse (error, _("%s is from 0.1 to 1000"), "--speed");
  return TRUE;
}

InspectorArguments *
inspector_arguments_new (GVariantDict *options, const char *const *words, const char *directory, GError **error)
{
  g_autoptr(InspectorArguments) self = g_new0 (InspectorArguments, 1);

  self->targets = g_ptr_array_new_with_free_func (target_free);
  if (!read_options (self, options, error))
    return NULL;
  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      if (!add_word (self, words[i], directory, error))
        return NULL;
    }
  if (self->is_replay && self->targets->len == 0)
    {
      refuse (error, _("%s needs a recording or a session"), "--replay");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
inspector_arguments_free (InspectorArguments *self)
{
  g_free (self->address);
  g_free (self->filter);
  g_ptr_array_unref (self->targets);
  g_free (self);
}
