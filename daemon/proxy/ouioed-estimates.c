/* ouioed-estimates.c - how long the answers of a model took on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-estimates.h"

#include "ouioe-codec.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_NAME_BYTES 256
#define MAX_SECONDS    (30.0 * 24 * 3600)
#define WRITE_DELAY_S  5

/* A model of an upstream. */
typedef struct {
  char   *key;                                    /* upstream, "\n", model */
  double  seconds[OUIOED_ESTIMATES_MAX_RUNS];     /* oldest first */
  guint   n;
  GList   link;                                   /* in by_use */
} Runs;

struct _OuioedEstimates
{
  char       *path;       /* NULL: kept in memory only */
  GHashTable *models;     /* key -> Runs */
  GQueue      by_use;     /* of Runs, newest first */
  guint       timer;      /* source: the file is to be written */
  GThread    *writer;     /* the last one, or NULL */
};

static void
runs_free (gpointer data)
{
  Runs *runs = data;

  g_free (runs->key);
  g_free (runs);
}

static Runs *
find_runs (OuioedEstimates *self, const char *upstream, const char *model, gboolean make)
{
  g_autofree char *key = g_strconcat (upstream, "\n", model, NULL);
  Runs *runs = g_hash_table_lookup (self->models, key);

  if (runs == NULL && (!make || strlen (key) > MAX_NAME_BYTES))
    return NULL;
  if (runs == NULL)
    {
      if (g_hash_table_size (self->models) >= OUIOED_ESTIMATES_MAX_MODELS)
        g_hash_table_remove (self->models, ((Runs *) g_queue_pop_tail_link (&self->by_use)->data)->key);
      runs = g_new0 (Runs, 1);
      runs->key = g_steal_pointer (&key);
      runs->link.data = runs;
      g_hash_table_insert (self->models, runs->key, runs);
    }
  else
    g_queue_unlink (&self->by_use, &runs->link);
  g_queue_push_head_link (&self->by_use, &runs->link);
  return runs;
}

static void
add_run (Runs *runs, double seconds)
{
  if (runs->n == OUIOED_ESTIMATES_MAX_RUNS)
    memmove (runs->seconds, runs->seconds + 1, sizeof *runs->seconds * --runs->n);
  runs->seconds[runs->n++] = seconds;
}

/* ---- the file ---- */

static gboolean
read_model (OuioedEstimates *self, json_t *entry)
{
  const char *upstream = json_string_value (json_object_get (entry, "upstream"));
  const char *model = json_string_value (json_object_get (entry, "model"));
  json_t *seconds = json_object_get (entry, "seconds");
  Runs *runs;

  if (upstream == NULL || model == NULL || !json_is_array (seconds))
    return FALSE;
  runs = find_runs (self, upstream, model, TRUE);
  for (gsize i = 0; runs != NULL && i < json_array_size (seconds); i++)
    {
      double value = json_number_value (json_array_get (seconds, i));

      if (value > 0 && value <= MAX_SECONDS)
        add_run (runs, value);
    }
  return TRUE;
}

static gboolean
read_file (OuioedEstimates *self)
{
  GStatBuf info;
  g_autofree char *text = NULL;
  gsize len;
  g_autoptr(json_t) root = NULL;
  json_t *models;

  if (g_stat (self->path, &info) != 0)
    return TRUE;
  if (!S_ISREG (info.st_mode) || info.st_size > MAX_FILE_BYTES || !g_file_get_contents (self->path, &text, &len, NULL))
    return FALSE;
  root = json_loadb (text, len, 0, NULL);
  models = json_object_get (root, "models");
  if (!json_is_array (models))
    return FALSE;
  for (gsize i = json_array_size (models); i-- > 0; )    /* the newest stands first */
    if (!read_model (self, json_array_get (models, i)))
      return FALSE;
  return TRUE;
}

static GBytes *
make_text (OuioedEstimates *self)
{
  GString *out = g_string_new ("{\"version\":1,\"models\":[");

  for (GList *link = self->by_use.head; link != NULL; link = link->next)
    {
      const Runs *runs = link->data;
      const char *model = strchr (runs->key, '\n') + 1;

      g_string_append (out, link->prev == NULL ? "\n{\"upstream\":" : ",\n{\"upstream\":");
      ouioe_json_write_string (out, runs->key, model - runs->key - 1);
      g_string_append (out, ",\"model\":");
      ouioe_json_write_string (out, model, -1);
      g_string_append (out, ",\"seconds\":[");
      for (guint i = 0; i < runs->n; i++)
        {
          if (i > 0)
            g_string_append_c (out, ',');
          ouioe_json_write_double (out, runs->seconds[i]);
        }
      g_string_append (out, "]}");
    }
  g_string_append (out, "]}\n");
  return g_string_free_to_bytes (out);
}

typedef struct {
  char   *path;
  GBytes *text;
} Writing;

static void
write_file (const char *path, GBytes *text)
{
  g_autoptr(GError) error = NULL;

  if (!g_file_set_contents_full (path, g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text),
                                 G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_message ("How long models took cannot be kept: %s", error->message);
}

static gpointer
write_in_thread (gpointer data)
{
  Writing *writing = data;

  write_file (writing->path, writing->text);
  g_free (writing->path);
  g_bytes_unref (writing->text);
  g_free (writing);
  return NULL;
}

/* Seconds after the last time: its thread has long ended, and joining it does not wait. */
static gboolean
on_timer (gpointer user_data)
{
  OuioedEstimates *self = user_data;
  Writing *writing = g_new0 (Writing, 1);

  writing->path = g_strdup (self->path);
  writing->text = make_text (self);
  g_clear_pointer (&self->writer, g_thread_join);
  self->writer = g_thread_new ("ouioed-estimates", write_in_thread, writing);
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

/* ---- what is asked ---- */

void
ouioed_estimates_add (OuioedEstimates *self, const char *upstream, const char *model, gint64 duration_us)
{
  double seconds = round ((double) duration_us / 1000) / 1000;
  Runs *runs;

  if (seconds <= 0 || seconds > MAX_SECONDS)
    return;
  runs = find_runs (self, upstream, model, TRUE);
  if (runs == NULL)
    return;
  add_run (runs, seconds);
  if (self->path != NULL && self->timer == 0)
    self->timer = g_timeout_add_seconds (WRITE_DELAY_S, on_timer, self);
}

static int
compare_seconds (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Between the two runs next to it, as far as it lies between them. */
static gint64
get_percentile (const double *sorted, guint n, double share)
{
  double place = share * (n - 1);
  guint below = (guint) place;
  guint above = MIN (below + 1, n - 1);
  double seconds = sorted[below] + (sorted[above] - sorted[below]) * (place - below);

  return llround (seconds * G_USEC_PER_SEC);
}

gboolean
ouioed_estimates_get (OuioedEstimates *self, const char *upstream, const char *model, gint64 *low_us, gint64 *high_us,
                      guint *n_runs)
{
  const Runs *runs = find_runs (self, upstream, model, FALSE);
  double sorted[OUIOED_ESTIMATES_MAX_RUNS];

  *n_runs = runs != NULL ? runs->n : 0;
  if (runs == NULL || runs->n < OUIOED_ESTIMATES_MIN_RUNS)
    return FALSE;

  memcpy (sorted, runs->seconds, runs->n * sizeof *sorted);
  qsort (sorted, runs->n, sizeof *sorted, compare_seconds);
  *low_us = get_percentile (sorted, runs->n, 0.2);
  *high_us = get_percentile (sorted, runs->n, 0.8);
  return TRUE;
}

/* ---- life ---- */

OuioedEstimates *
ouioed_estimates_new (const char *path)
{
  OuioedEstimates *self = g_new0 (OuioedEstimates, 1);

  self->path = g_strdup (path);
  self->models = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, runs_free);
  g_queue_init (&self->by_use);
  if (path != NULL && !read_file (self))
    {
      g_message ("%s does not tell how long models took; it is begun anew", path);
      g_hash_table_remove_all (self->models);
      g_queue_init (&self->by_use);
    }
  return self;
}

void
ouioed_estimates_free (OuioedEstimates *self)
{
  g_clear_pointer (&self->writer, g_thread_join);
  if (self->timer != 0)
    {
      g_autoptr(GBytes) text = make_text (self);

      g_clear_handle_id (&self->timer, g_source_remove);
      write_file (self->path, text);
    }
  g_hash_table_unref (self->models);
  g_free (self->path);
  g_free (self);
}
