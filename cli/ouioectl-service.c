/* ouioectl-service.c - what the daemon tells of itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-service.h"

#include <jansson.h>
#include <string.h>

#include "ouioectl-bus.h"
#include "ouioectl-http.h"

/* A service that is well answers these at once; one that hangs must not hold up a person who wants to know. */
#define DEADLINE_MS 5000

double
ouioectl_metrics_sum (const char *text, const char *name, const char *label)
{
  gsize len = strlen (name);
  double sum = -1;

  for (const char *line = text; line != NULL && *line != '\0'; line = strchr (line, '\n'))
    {
      const char *end, *value;

      line += *line == '\n';
      if (strncmp (line, name, len) != 0 || (line[len] != ' ' && line[len] != '{'))
        continue;
      end = strchrnul (line, '\n');
      value = memrchr (line, ' ', (gsize) (end - line));
      if (label != NULL && memmem (line, (gsize) (end - line), label, strlen (label)) == NULL)
        continue;
      sum = MAX (sum, 0) + g_ascii_strtod (value, NULL);
    }
  return sum;
}

static json_t *
parse (const OuioectlAnswer *answer)
{
  return json_loadb ((const char *) answer->body->data, answer->body->len, JSON_ALLOW_NUL, NULL);
}

static char *
dup_member (json_t *object, const char *name)
{
  return g_strdup (json_string_value (json_object_get (object, name)));
}

static int
compare_texts (const char *const *a, const char *const *b)
{
  return strcmp (*a, *b);
}

/* One in a line, in the order of their addresses. */
static char *
describe_daemons (json_t *daemons)
{
  g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  json_t *one;
  size_t i;

  json_array_foreach (daemons, i, one)
    {
      json_t *about = json_object_get (one, "about");
      const char *url = json_string_value (json_array_get (json_object_get (about, "urls"), 0));
      json_t *subscribers = json_object_get (about, "subscribers");

      g_ptr_array_add (lines, g_strdup_printf ("%s (%s), %" JSON_INTEGER_FORMAT " subscriptions", url != NULL ? url : "?",
                                               json_string_value (json_object_get (one, "name")),
                                               json_integer_value (subscribers)));
    }
  if (lines->len == 0)
    return NULL;
  g_ptr_array_sort (lines, (GCompareFunc) compare_texts);
  g_ptr_array_add (lines, NULL);
  return g_strjoinv ("\n", (char **) lines->pdata);
}

static gboolean
read_version (OuioectlService *self, OuioectlHttp *http, GError **error)
{
  gint64 before_us = g_get_real_time ();
  g_autoptr(OuioectlAnswer) answer = ouioectl_http_get (http, "/version", DEADLINE_MS, error);
  json_t *object;

  if (answer == NULL)
    return FALSE;
  object = parse (answer);
  if (g_strcmp0 (json_string_value (json_object_get (object, "name")), "ouioed") != 0)
    {
      g_set_error (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("What answers at %s is not ouioed (status %u)"),
                   ouioectl_http_get_address (http), answer->status);
      json_decref (object);
      return FALSE;
    }
  self->version = dup_member (object, "version");
  self->store = dup_member (object, "store");
  self->bus_name = dup_member (object, "bus_name");
  self->daemons = describe_daemons (json_object_get (object, "daemons"));
  json_decref (object);

  /* Its clock said D and some fraction of a second, at a moment between before and after. */
  if (answer->date_us != 0)
    {
      gint64 after_us = g_get_real_time ();

      if (answer->date_us > after_us)
        self->skew_us = answer->date_us - after_us;
      else if (answer->date_us + G_USEC_PER_SEC < before_us)
        self->skew_us = answer->date_us + G_USEC_PER_SEC - before_us;
    }
  return TRUE;
}

static gboolean
read_readiness (OuioectlService *self, OuioectlHttp *http, GError **error)
{
  g_autoptr(OuioectlAnswer) answer = ouioectl_http_get (http, "/readyz", DEADLINE_MS, error);
  json_t *object, *checks, *store, *latency;
  const char *status, *reason;

  if (answer == NULL)
    return FALSE;
  object = parse (answer);
  checks = json_object_get (object, "checks");
  store = json_object_get (checks, "store");
  latency = json_object_get (store, "latency_ms");
  status = json_string_value (json_object_get (store, "status"));
  reason = json_string_value (json_object_get (store, "error"));
  self->ready = answer->status == SOUP_STATUS_OK;
  self->draining = json_is_true (json_object_get (checks, "draining"));
  self->store_latency_ms = json_is_number (latency) ? json_number_value (latency) : -1;
  if (status != NULL && strcmp (status, "ok") != 0)
    self->store_trouble = g_strdup (reason != NULL ? reason : status);
  json_decref (object);
  return TRUE;
}

static gboolean
read_metrics (OuioectlService *self, OuioectlHttp *http, GError **error)
{
  g_autoptr(OuioectlAnswer) answer = ouioectl_http_get (http, "/metrics", DEADLINE_MS, error);
  const char *text;

  if (answer == NULL)
    return FALSE;
  g_byte_array_append (answer->body, (const guint8 *) "", 1);
  text = answer->status == SOUP_STATUS_OK ? (const char *) answer->body->data : "";
  self->n_open = ouioectl_metrics_sum (text, "ouioe_sessions", "state=\"open\"");
  self->n_closed = ouioectl_metrics_sum (text, "ouioe_sessions", "state=\"closed\"");
  self->n_readers = ouioectl_metrics_sum (text, "ouioe_readers", NULL);
  self->store_bytes = ouioectl_metrics_sum (text, "ouioe_store_size_bytes", NULL);
  self->memory_bytes = ouioectl_metrics_sum (text, "process_resident_memory_bytes", NULL);
  self->open_fds = ouioectl_metrics_sum (text, "process_open_fds", NULL);
  self->max_fds = ouioectl_metrics_sum (text, "process_max_fds", NULL);
  self->started = ouioectl_metrics_sum (text, "process_start_time_seconds", NULL);
  return TRUE;
}

static gboolean
ask_http (OuioectlService *self, const char *address, GError **error)
{
  g_autoptr(OuioectlHttp) http = ouioectl_http_new (address, error);

  if (http == NULL)
    return FALSE;
  self->is_local = ouioectl_http_is_local (http);
  return read_version (self, http, error) && read_readiness (self, http, error) && read_metrics (self, http, error);
}

/* ---- over a bus ---- */

static char *
dup_version (GDBusConnection *bus, GError **error)
{
  g_autoptr(GVariant) answer =
    ouioectl_bus_ask (bus, OUIOECTL_BUS_ROOT, "org.freedesktop.DBus.Properties", "Get",
                      g_variant_new ("(ss)", OUIOECTL_BUS_NAME ".Manager", "Version"), "(v)", DEADLINE_MS, error);
  g_autoptr(GVariant) value = NULL;

  if (answer == NULL)
    return NULL;
  g_variant_get (answer, "(v)", &value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  g_set_error_literal (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL, _("What answers on this bus is not ouioed"));
  return NULL;
}

/* Whatever type of number it has; -1 when it is not told. */
static double
number_of (GVariant *statistics, const char *name)
{
  guint64 large;
  guint32 small;

  if (g_variant_lookup (statistics, name, "t", &large))
    return (double) large;
  return g_variant_lookup (statistics, name, "u", &small) ? (double) small : -1;
}

static gboolean
ask_bus (OuioectlService *self, const char *address, GError **error)
{
  g_autoptr(GDBusConnection) bus = ouioectl_bus_open (address, error);
  g_autoptr(GVariant) answer = NULL;
  g_autoptr(GVariant) statistics = NULL;
  gboolean store_ok = TRUE;

  self->is_local = TRUE;
  self->version = bus != NULL ? dup_version (bus, error) : NULL;
  if (self->version == NULL)
    return FALSE;
  answer = ouioectl_bus_ask (bus, OUIOECTL_BUS_ROOT, OUIOECTL_BUS_NAME ".Manager", "GetStatistics", NULL, "(a{sv})",
                             DEADLINE_MS, error);
  if (answer == NULL)
    return FALSE;

  statistics = g_variant_get_child_value (answer, 0);
  g_variant_lookup (statistics, "store", "s", &self->store);
  g_variant_lookup (statistics, "store_ok", "b", &store_ok);
  self->bus_name = g_strdup (OUIOECTL_BUS_NAME);
  self->ready = store_ok;
  self->store_trouble = store_ok ? NULL : g_strdup (_("the last commit failed"));
  self->store_latency_ms = -1;
  self->n_open = number_of (statistics, "sessions_open");
  self->n_closed = number_of (statistics, "sessions_closed");
  self->n_readers = number_of (statistics, "subscribers");
  self->store_bytes = number_of (statistics, "store_bytes");
  self->memory_bytes = number_of (statistics, "memory_bytes");
  self->open_fds = number_of (statistics, "open_descriptors");
  self->max_fds = number_of (statistics, "max_descriptors");
  self->started = number_of (statistics, "started") / 1e6;
  return TRUE;
}

OuioectlService *
ouioectl_service_ask (const char *address, gboolean *is_local, GError **error)
{
  g_autoptr(OuioectlService) self = g_new0 (OuioectlService, 1);
  gboolean answered;

  self->is_local = TRUE;   /* an address that is none can only be meant for here */
  answered = ouioectl_bus_is_address (address) ? ask_bus (self, address, error) : ask_http (self, address, error);
  if (is_local != NULL)
    *is_local = self->is_local;
  return answered ? g_steal_pointer (&self) : NULL;
}

void
ouioectl_service_free (OuioectlService *self)
{
  g_free (self->version);
  g_free (self->store);
  g_free (self->bus_name);
  g_free (self->daemons);
  g_free (self->store_trouble);
  g_free (self);
}
