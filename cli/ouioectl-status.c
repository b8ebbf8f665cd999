/* ouioectl-status.c - is the daemon there, and how is it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-generation.h"
#include "ouioectl-service.h"
#include "ouioectl-text.h"
#include "ouioectl-watch.h"

/* With more open sessions it would take long to ask which of them have a model at work. */
#define MAX_ASKED 1000

static gint64
uptime_us (const OuioectlService *service)
{
  return service->started < 0 ? -1 : MAX (g_get_real_time () - (gint64) (service->started * 1e6), 0);
}

/* As programs read it; people get its translation. */
static const char *
state_of (const OuioectlService *service)
{
  return service->ready ? N_("ready") : service->draining ? N_("draining") : N_("not ready");
}

/* Open sessions in which a model is at work; NULL when that is not known. */
static GPtrArray *
find_models (const char *address, const OuioectlService *service)
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(GPtrArray) sessions = NULL;

  if (service->n_open < 0 || service->n_open > MAX_ASKED)
    return NULL;
  client = ouioe_client_new (address);
  sessions = ouioe_client_list_sessions (client, NULL, OUIOE_SESSION_OPEN, NULL, NULL);
  for (guint i = sessions != NULL ? sessions->len : 0; i > 0; i--)
    {
      OuioeGeneration *generation = ouioe_session_get_generation (sessions->pdata[i - 1]);

      if (generation == NULL || ouioe_generation_get_phase (generation) == OUIOE_PHASE_NONE)
        g_ptr_array_remove_index (sessions, i - 1);
    }
  return g_steal_pointer (&sessions);
}

static void
set_number (json_t *object, const char *name, double value)
{
  if (value >= 0)
    json_object_set_new (object, name, json_integer ((json_int_t) value));
}

static void
set_text (json_t *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_new (object, name, json_string (value));
}

static void
set_models (json_t *object, GPtrArray *models)
{
  json_t *list = json_array ();

  for (guint i = 0; i < models->len; i++)
    {
      g_autofree char *generation = ouioe_generation_to_json (ouioe_session_get_generation (models->pdata[i]));

      json_array_append_new (list, json_pack ("{s:s, s:o}", "session_id", ouioe_session_get_id (models->pdata[i]),
                                              "generation", json_loads (generation, 0, NULL)));
    }
  json_object_set_new (object, "models_at_work", list);
}

static void
set_members (json_t *object, const OuioectlService *service)
{
  set_text (object, "state", state_of (service));
  set_text (object, "version", service->version);
  set_text (object, "store", service->store);
  set_text (object, "store_trouble", service->store_trouble);
  set_text (object, "bus_name", service->bus_name);
  if (service->daemons != NULL)
    {
      g_auto(GStrv) lines = g_strsplit (service->daemons, "\n", -1);
      json_t *list = json_array ();

      for (guint i = 0; lines[i] != NULL; i++)
        json_array_append_new (list, json_string (lines[i]));
      json_object_set_new (object, "daemons", list);
    }
  if (uptime_us (service) >= 0)
    json_object_set_new (object, "uptime_seconds", json_real ((double) uptime_us (service) / 1e6));
  set_number (object, "sessions_open", service->n_open);
  set_number (object, "sessions_closed", service->n_closed);
  set_number (object, "readers", service->n_readers);
  set_number (object, "store_bytes", service->store_bytes);
  set_number (object, "memory_bytes", service->memory_bytes);
}

/* @service: (nullable): NULL when it does not answer */
static char *
make_json (const char *address, const OuioectlService *service)
{
  json_t *object = json_object ();
  char *dump, *text;

  set_text (object, "address", address);
  if (service == NULL)
    set_text (object, "state", "unreachable");
  else
    {
      g_autoptr(GPtrArray) models = find_models (address, service);

      set_members (object, service);
      if (models != NULL)
        set_models (object, models);
    }
  dump = json_dumps (object, JSON_COMPACT | JSON_REAL_PRECISION (15));
  text = g_strdup (dump != NULL ? dump : "{}");
  free (dump);
  json_decref (object);
  return text;
}

static void
add_count (OuioectlTable *table, const char *label, double value)
{
  g_autofree char *text = value < 0 ? g_strdup (_("not told")) : g_strdup_printf ("%.0f", value);

  ouioectl_table_add (table, label, text, NULL);
}

static void
add_size (OuioectlTable *table, const char *label, double bytes)
{
  g_autofree char *text = bytes < 0 ? g_strdup (_("not told"))
                                    : g_format_size_full ((guint64) bytes, G_FORMAT_SIZE_IEC_UNITS);

  ouioectl_table_add (table, label, text, NULL);
}

static char *
make_table (const char *address, const OuioectlService *service)
{
  g_autoptr(OuioectlTable) table = ouioectl_table_new (NULL, 2);
  g_autoptr(GPtrArray) models = find_models (address, service);
  g_autofree char *uptime = uptime_us (service) < 0 ? g_strdup (_("not told")) : ouioectl_text_duration (uptime_us (service));

  ouioectl_table_add (table, _("Address"), address, NULL);
  ouioectl_table_add (table, _("State"), _(state_of (service)), NULL);
  ouioectl_table_add (table, _("Version"), service->version != NULL ? service->version : _("not told"), NULL);
  ouioectl_table_add (table, _("Up for"), uptime, NULL);
  ouioectl_table_add (table, _("Store"), service->store != NULL ? service->store : _("not told"), NULL);
  if (service->store_trouble != NULL)
    ouioectl_table_add (table, _("Store trouble"), service->store_trouble, NULL);
  add_size (table, _("Store size"), service->store_bytes);
  ouioectl_table_add (table, _("Bus name"), service->bus_name != NULL ? service->bus_name : C_("bus name", "none"), NULL);
  if (service->daemons != NULL)
    {
      g_auto(GStrv) lines = g_strsplit (service->daemons, "\n", -1);

      for (guint i = 0; lines[i] != NULL; i++)
        ouioectl_table_add (table, i == 0 ? _("Daemons") : "", lines[i], NULL);
    }
  add_count (table, _("Open sessions"), service->n_open);
  add_count (table, _("Closed sessions"), service->n_closed);
  add_count (table, _("Readers"), service->n_readers);
  add_size (table, _("Memory"), service->memory_bytes);
  for (guint i = 0; models != NULL && i < models->len; i++)
    {
      g_autofree char *doing = ouioectl_generation_describe (ouioe_session_get_generation (models->pdata[i]),
                                                             g_get_real_time ());
      g_autofree char *line = g_strdup_printf ("%s: %s", ouioe_session_get_id (models->pdata[i]), doing);

      ouioectl_table_add (table, i == 0 ? _("Models at work") : "", line, NULL);
    }
  return ouioectl_table_format (table, 0);
}

typedef struct {
  const char *address;
  gboolean    is_json;
} Target;

static gboolean
look (OuioectlLook *out, gpointer user_data, GError **error)
{
  const Target *self = user_data;
  g_autoptr(OuioectlService) service = ouioectl_service_ask (self->address, NULL, error);
  g_autofree char *json = NULL;

  if (service == NULL)
    {
      /* A program gets a line for this, too. */
      if (!self->is_json || !g_error_matches (*error, OUIOE_ERROR, OUIOE_ERROR_UNREACHABLE))
        return FALSE;
      g_clear_error (error);
      json = make_json (self->address, NULL);
      ouioectl_look_add (out, self->address, json);
      return TRUE;
    }
  if (!self->is_json)
    {
      out->text = make_table (self->address, service);
      return TRUE;
    }
  json = make_json (self->address, service);
  ouioectl_look_add (out, self->address, json);
  return TRUE;
}

int
ouioectl_status (OuioectlOptions *options, int argc, char **argv)
{
  gboolean watch = FALSE;
  const GOptionEntry entries[] = {
    { "watch", 'w', 0, G_OPTION_ARG_NONE, &watch, N_("Go on looking, until Ctrl+C; with --json a line per change"), NULL },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioectlService) service = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  Target target;

  if (!ouioectl_parse (options, entries,
                       _("Leaves with 0 when the daemon is ready, 75 when it is there but not ready, 69 when it does not "
                         "answer."),
                       &argc, &argv, 0, 0))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  target = (Target) { ouioe_client_get_address (client), options->json || options->ndjson };
  if (watch)
    return (int) ouioectl_watch (options, "address", "unreachable", look, &target);
  service = ouioectl_service_ask (target.address, NULL, &error);
  if (service == NULL)
    return ouioectl_fail (error);

  if (target.is_json)
    {
      text = make_json (target.address, service);
      ouioectl_put_json (text, strlen (text));
    }
  else
    {
      text = make_table (target.address, service);
      ouioectl_put (text);
    }
  return service->ready ? OUIOECTL_EXIT_DONE : OUIOECTL_EXIT_TRY_AGAIN;
}
