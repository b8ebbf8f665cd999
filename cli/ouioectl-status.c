/* ouioectl-status.c - is the daemon there, and how is it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ouioectl-service.h"
#include "ouioectl-text.h"

static gint64
uptime_us (const OuioectlService *service)
{
  return service->started < 0 ? -1 : MAX (g_get_real_time () - (gint64) (service->started * 1e6), 0);
}

static const char *
state_of (const OuioectlService *service)
{
  return service->ready ? "ready" : service->draining ? "draining" : "not ready";
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
print_json (const char *address, const OuioectlService *service)
{
  json_t *object = json_object ();
  char *dump;

  set_text (object, "address", address);
  set_text (object, "state", state_of (service));
  set_text (object, "version", service->version);
  set_text (object, "store", service->store);
  set_text (object, "store_trouble", service->store_trouble);
  set_text (object, "bus_name", service->bus_name);
  if (uptime_us (service) >= 0)
    json_object_set_new (object, "uptime_seconds", json_real ((double) uptime_us (service) / 1e6));
  set_number (object, "sessions_open", service->n_open);
  set_number (object, "sessions_closed", service->n_closed);
  set_number (object, "readers", service->n_readers);
  set_number (object, "store_bytes", service->store_bytes);
  set_number (object, "memory_bytes", service->memory_bytes);
  dump = json_dumps (object, JSON_COMPACT);
  if (dump != NULL)
    ouioectl_put_json (dump, strlen (dump));
  free (dump);
  json_decref (object);
}

static void
add_count (OuioectlTable *table, const char *label, double value)
{
  g_autofree char *text = value < 0 ? g_strdup ("not told") : g_strdup_printf ("%.0f", value);

  ouioectl_table_add (table, label, text, NULL);
}

static void
add_size (OuioectlTable *table, const char *label, double bytes)
{
  g_autofree char *text = bytes < 0 ? g_strdup ("not told") : g_format_size_full ((guint64) bytes,
                                                                                 G_FORMAT_SIZE_IEC_UNITS);

  ouioectl_table_add (table, label, text, NULL);
}

static void
print_table (const char *address, const OuioectlService *service)
{
  g_autoptr(OuioectlTable) table = ouioectl_table_new (NULL, 2);
  g_autofree char *uptime = uptime_us (service) < 0 ? g_strdup ("not told") : ouioectl_text_duration (uptime_us (service));
  g_autofree char *text = NULL;

  ouioectl_table_add (table, "Address", address, NULL);
  ouioectl_table_add (table, "State", state_of (service), NULL);
  ouioectl_table_add (table, "Version", service->version != NULL ? service->version : "not told", NULL);
  ouioectl_table_add (table, "Up for", uptime, NULL);
  ouioectl_table_add (table, "Store", service->store != NULL ? service->store : "not told", NULL);
  if (service->store_trouble != NULL)
    ouioectl_table_add (table, "Store trouble", service->store_trouble, NULL);
  add_size (table, "Store size", service->store_bytes);
  ouioectl_table_add (table, "Bus name", service->bus_name != NULL ? service->bus_name : "none", NULL);
  add_count (table, "Open sessions", service->n_open);
  add_count (table, "Closed sessions", service->n_closed);
  add_count (table, "Readers", service->n_readers);
  add_size (table, "Memory", service->memory_bytes);
  text = ouioectl_table_format (table, 0);
  ouioectl_put (text);
}

int
ouioectl_status (OuioectlOptions *options, int argc, char **argv)
{
  g_autoptr(OuioeClient) client = NULL;
  g_autoptr(OuioectlService) service = NULL;
  g_autoptr(GError) error = NULL;
  const char *address;

  if (!ouioectl_parse (options, NULL, "Leaves with 0 when the daemon is ready, 75 when it is there but not ready, 69 when "
                       "it does not answer.", &argc, &argv, 0, 0))
    return OUIOECTL_EXIT_USAGE;

  client = ouioe_client_new (options->address);
  address = ouioe_client_get_address (client);
  service = ouioectl_service_ask (address, NULL, &error);
  if (service == NULL)
    return ouioectl_fail (error);

  if (options->json || options->ndjson)
    print_json (address, service);
  else
    print_table (address, service);
  return service->ready ? OUIOECTL_EXIT_DONE : OUIOECTL_EXIT_TRY_AGAIN;
}
