/* ouioectl-live.c - what goes on right now, below everything that has happened
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-live.h"

#include <string.h>

#include "ouioectl-generation.h"
#include "ouioectl-text.h"

#define MAX_STEPS    64   /* that are followed; of more only the events are shown */
#define MAX_MODELS   64   /* sessions of which it is known what their model does */
#define MAX_LINES    4    /* of what models do; the rest is counted */

/* A step that is being written. */
typedef struct {
  char   *session_id;
  char   *step_id;
  char   *text;          /* so far */
  gint64  began_us;
} Step;

/* A session with a model at work. */
typedef struct {
  char            *session_id;
  OuioeGeneration *generation;
} Model;

struct _OuioectlLive
{
  GPtrArray  *steps;     /* Step, in the order they began */
  GPtrArray  *models;    /* Model, in the order they began */
  OuioectlBar bar;
  GArray     *drawn;     /* guint: columns of each line that was drawn last */
};

static void
step_free (gpointer data)
{
  Step *step = data;

  g_free (step->session_id);
  g_free (step->step_id);
  g_free (step->text);
  g_free (step);
}

static void
model_free (gpointer data)
{
  Model *model = data;

  g_free (model->session_id);
  ouioe_generation_unref (model->generation);
  g_free (model);
}

OuioectlLive *
ouioectl_live_new (void)
{
  OuioectlLive *self = g_new0 (OuioectlLive, 1);

  self->steps = g_ptr_array_new_with_free_func (step_free);
  self->models = g_ptr_array_new_with_free_func (model_free);
  self->bar = OUIOECTL_BAR_INIT;
  self->drawn = g_array_new (FALSE, FALSE, sizeof (guint));
  return self;
}

void
ouioectl_live_free (OuioectlLive *self)
{
  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->models);
  ouioectl_bar_clear (&self->bar);
  g_array_unref (self->drawn);
  g_free (self);
}

/* ---- what is told ---- */

static Step *
find_step (OuioectlLive *self, const char *session_id, const char *step_id, guint *position)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      Step *step = self->steps->pdata[i];

      *position = i;
      if (strcmp (step->step_id, step_id) == 0 && strcmp (step->session_id, session_id) == 0)
        return step;
    }
  return NULL;
}

static Model *
find_model (OuioectlLive *self, const char *session_id, guint *position)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      Model *model = self->models->pdata[i];

      *position = i;
      if (strcmp (model->session_id, session_id) == 0)
        return model;
    }
  return NULL;
}

void
ouioectl_live_grow (OuioectlLive *self, const char *session_id, const char *step_id, const char *text, gint64 now_us)
{
  guint position;
  Step *step = find_step (self, session_id, step_id, &position);

  if (step == NULL && self->steps->len >= MAX_STEPS)
    return;
  if (step == NULL)
    {
      step = g_new0 (Step, 1);
      step->session_id = g_strdup (session_id);
      step->step_id = g_strdup (step_id);
      step->began_us = now_us;
      g_ptr_array_add (self->steps, step);
    }
  g_free (step->text);
  step->text = g_strdup (text);
}

void
ouioectl_live_drop (OuioectlLive *self, const char *session_id, const char *step_id)
{
  guint position;

  if (find_step (self, session_id, step_id, &position) != NULL)
    g_ptr_array_remove_index (self->steps, position);
}

static gboolean
is_at_work (OuioeGeneration *generation)
{
  return ouioe_generation_get_phase (generation) != OUIOE_PHASE_NONE ||
         ouioe_generation_get_stalled_since_us (generation) > 0;
}

void
ouioectl_live_set_generation (OuioectlLive *self, const char *session_id, OuioeGeneration *generation)
{
  guint position;
  Model *model = find_model (self, session_id, &position);

  if (!is_at_work (generation))
    {
      if (model != NULL)
        g_ptr_array_remove_index (self->models, position);
      return;
    }
  if (model == NULL && self->models->len >= MAX_MODELS)
    return;
  if (model == NULL)
    {
      model = g_new0 (Model, 1);
      model->session_id = g_strdup (session_id);
      g_ptr_array_add (self->models, model);
    }
  g_clear_pointer (&model->generation, ouioe_generation_unref);
  model->generation = ouioe_generation_ref (generation);
}

void
ouioectl_live_event (OuioectlLive *self, OuioeEvent *event)
{
  const char *session_id = ouioe_event_get_session_id (event);
  g_autofree char *step_id = ouioe_event_dup_step_id (event);
  guint position;

  if (step_id != NULL)
    ouioectl_live_drop (self, session_id, step_id);
  if (ouioe_event_get_kind (event) == OUIOE_EVENT_SESSION_END && find_model (self, session_id, &position) != NULL)
    g_ptr_array_remove_index (self->models, position);
  ouioectl_bar_update (&self->bar, event);
}

/* ---- drawing ---- */

char *
ouioectl_live_erase (OuioectlLive *self, guint width)
{
  guint n_above = 0;

  /* A terminal that became narrower has broken the lines anew. */
  for (guint i = 0; i < self->drawn->len; i++)
    n_above += MAX (g_array_index (self->drawn, guint, i) + width - 1, width) / width;
  if (self->drawn->len > 0)
    n_above--;   /* of the last line only what is above its end */
  g_array_set_size (self->drawn, 0);
  return n_above == 0 ? g_strdup ("\r\033[K") : g_strdup_printf ("\r\033[%uA\033[J", n_above);
}

/* Columns of a line, of which styles take none. */
static guint
visible_width (const char *line, gsize len)
{
  g_autoptr(GString) plain = g_string_new (NULL);

  for (gsize i = 0; i < len; i++)
    {
      if (line[i] == '\033')
        while (i < len && line[i] != 'm')
          i++;
      else
        g_string_append_c (plain, line[i]);
    }
  return ouioectl_text_width (plain->str);
}

static void
note_drawn (OuioectlLive *self, const char *text)
{
  for (;;)
    {
      const char *end = strchrnul (text, '\n');
      guint width = visible_width (text, (gsize) (end - text));

      g_array_append_val (self->drawn, width);
      if (*end == '\0')
        return;
      text = end + 1;
    }
}

/* The newest steps, as many as there is room for two lines of each. */
static void
append_steps (OuioectlLive *self, GString *out, const OuioectlView *view, guint rows)
{
  guint n = MIN (self->steps->len, MAX (rows / 2, 1));

  if (rows == 0)
    return;
  for (guint i = self->steps->len - n; i < self->steps->len; i++)
    {
      Step *step = self->steps->pdata[i];
      guint n_left = self->steps->len - i;
      g_autofree char *text = ouioectl_view_open_step (view, step->session_id, step->began_us, step->text, rows / n_left);

      for (const char *p = strchr (text, '\n'); p != NULL; p = strchr (p + 1, '\n'))
        rows--;
      g_string_append (out, text);
    }
}

static void
append_line (GString *out, const OuioectlView *view, const char *line, gboolean is_warning)
{
  g_autofree char *shown = ouioectl_text_shorten (line, view->width - 1, NULL);   /* a full line might go to the next */

  if (out->len > 0)
    g_string_append_c (out, '\n');
  if (view->colour)
    g_string_append_printf (out, "\033[%sm%s\033[0m", is_warning ? "33" : "2", shown);
  else
    g_string_append (out, shown);
}

static void
append_model (GString *out, const OuioectlView *view, Model *model, gint64 now_us)
{
  g_autofree char *text = ouioectl_generation_describe (model->generation, now_us);
  g_autofree char *id = NULL;
  g_autofree char *line = NULL;

  if (view->sessions)
    {
      g_autofree char *safe = ouioectl_text_safe (model->session_id, -1, OUIOECTL_TEXT_LINE);

      id = ouioectl_text_shorten (safe, view->width / 4, NULL);
    }
  line = g_strconcat (id != NULL ? id : "", id != NULL ? ": " : "", text, NULL);
  append_line (out, view, line, ouioe_generation_get_stalled_since_us (model->generation) > 0);
}

/* What models do, at most @rows lines, and the bar. No end behind the last line. */
static char *
draw_foot (OuioectlLive *self, const OuioectlView *view, guint rows, gint64 now_us)
{
  GString *out = g_string_new (NULL);
  guint n_lines = MIN (MIN (self->models->len, MAX_LINES), rows);
  g_autofree char *bar = ouioectl_bar_format (&self->bar, view, now_us);
  guint position;
  gboolean is_told = self->bar.session != NULL && find_model (self, self->bar.session, &position) != NULL;

  for (guint i = self->models->len - n_lines; i < self->models->len; i++)
    append_model (out, view, self->models->pdata[i], now_us);
  if (n_lines < self->models->len && n_lines > 0)
    {
      guint n_more = self->models->len - n_lines;
      /* TRANSLATORS: models for which the terminal has no room */
      g_autofree char *more = g_strdup_printf (ngettext ("and %u more at work", "and %u more at work", n_more), n_more);

      append_line (out, view, more, FALSE);
    }
  /* Without a percentage the bar says no more than what the model does. */
  if (*bar != '\0' && (!is_told || self->bar.percentage >= 0 || n_lines == 0))
    g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", bar);
  return g_string_free (out, FALSE);
}

char *
ouioectl_live_draw (OuioectlLive *self, const OuioectlView *view, guint rows, gint64 now_us)
{
  GString *out = g_string_new (NULL);
  g_autofree char *foot = NULL;
  guint n_foot = 1;

  if (view->width < 20)
    return g_string_free (out, FALSE);
  foot = draw_foot (self, view, rows / 3, now_us);
  for (const char *p = strchr (foot, '\n'); p != NULL; p = strchr (p + 1, '\n'))
    n_foot++;
  append_steps (self, out, view, rows > n_foot ? rows - n_foot : 0);
  g_string_append (out, foot);
  note_drawn (self, out->str);
  return g_string_free (out, FALSE);
}
