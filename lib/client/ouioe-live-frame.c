/* ouioe-live-frame.c - what is told while it happens and never stored: growing steps, and what a model does
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-live-frame.h"

#include <stdlib.h>
#include <string.h>

#include "ouioe-codec.h"
#include "ouioe-generation-private.h"
#include "ouioe-text.h"

/* ---- frames ---- */

static OuioeLiveKind
kind_of (const char *word)
{
  if (strcmp (word, "thinking_delta") == 0)
    return OUIOE_LIVE_DELTA;
  if (strcmp (word, "thinking_dropped") == 0)
    return OUIOE_LIVE_DROPPED;
  if (strcmp (word, "generation") == 0)
    return OUIOE_LIVE_GENERATION;
  return OUIOE_LIVE_NONE;
}

/* The text of a member; NULL when it is none. */
static char *
dup_text (json_t *object, const char *name)
{
  json_t *value = json_object_get (object, name);
  OuioeText text = ouioe_text_new (json_string_value (value), (gssize) json_string_length (value));
  char *copy = ouioe_text_to_c (&text);

  ouioe_text_clear (&text);
  return copy;
}

static OuioeGeneration *
read_generation (json_t *value)
{
  char *text = json_is_object (value) ? json_dumps (value, JSON_COMPACT) : NULL;
  OuioeGeneration *generation = text != NULL ? ouioe_generation_read (text, strlen (text)) : NULL;

  free (text);
  return generation;
}

static gboolean
is_complete (const OuioeLiveFrame *frame)
{
  if (frame->session_id == NULL)
    return FALSE;
  if (frame->kind == OUIOE_LIVE_GENERATION)
    return frame->generation != NULL;
  return frame->step_id != NULL && (frame->kind == OUIOE_LIVE_DROPPED || frame->text != NULL);
}

gboolean
ouioe_live_frame_read (OuioeLiveFrame *frame, const OuioeSseEvent *message)
{
  OuioeLiveKind kind = kind_of (message->event);
  g_autoptr(json_t) json = NULL;
  json_t *offset;

  *frame = (OuioeLiveFrame) { .kind = OUIOE_LIVE_NONE };
  if (kind == OUIOE_LIVE_NONE)
    return FALSE;

  json = json_loadb (message->data, message->len, JSON_ALLOW_NUL, NULL);
  frame->kind = kind;
  frame->session_id = dup_text (json, "session_id");
  frame->step_id = dup_text (json, "step_id");
  if (kind == OUIOE_LIVE_GENERATION)
    frame->generation = read_generation (json_object_get (json, "generation"));
  if (kind == OUIOE_LIVE_DELTA)
    {
      offset = json_object_get (json, "offset");
      if (json_is_integer (offset) && json_integer_value (offset) >= 0)
        {
          frame->offset = (guint64) json_integer_value (offset);
          frame->text = dup_text (json, "text");
        }
    }
  if (!is_complete (frame))
    {
      g_info ("A frame could not be read: %s", message->event);
      frame->kind = OUIOE_LIVE_NONE;
    }
  return TRUE;
}

void
ouioe_live_frame_clear (OuioeLiveFrame *frame)
{
  g_clear_pointer (&frame->session_id, g_free);
  g_clear_pointer (&frame->step_id, g_free);
  g_clear_pointer (&frame->text, g_free);
  g_clear_pointer (&frame->generation, ouioe_generation_unref);
}

/* ---- open steps ---- */

typedef struct {
  char    *session_id;
  char    *step_id;
  GString *text;
  guint64  n_chars;      /* of text */
} OpenStep;

struct _OuioeOpenSteps
{
  GPtrArray *steps;      /* OpenStep, in the order they began: there are few at a time */
};

static void
open_step_free (gpointer data)
{
  OpenStep *step = data;

  g_free (step->session_id);
  g_free (step->step_id);
  g_string_free (step->text, TRUE);
  g_free (step);
}

OuioeOpenSteps *
ouioe_open_steps_new (void)
{
  OuioeOpenSteps *self = g_new0 (OuioeOpenSteps, 1);

  self->steps = g_ptr_array_new_with_free_func (open_step_free);
  return self;
}

void
ouioe_open_steps_free (OuioeOpenSteps *self)
{
  g_ptr_array_unref (self->steps);
  g_free (self);
}

static OpenStep *
find (OuioeOpenSteps *self, const char *session_id, const char *step_id, guint *position)
{
  for (guint i = 0; i < self->steps->len; i++)
    {
      OpenStep *step = self->steps->pdata[i];

      if (strcmp (step->step_id, step_id) == 0 && strcmp (step->session_id, session_id) == 0)
        {
          if (position != NULL)
            *position = i;
          return step;
        }
    }
  return NULL;
}

gboolean
ouioe_open_steps_grow (OuioeOpenSteps *self, const OuioeLiveFrame *delta)
{
  OpenStep *step = find (self, delta->session_id, delta->step_id, NULL);
  gsize len = strlen (delta->text);
  gsize keep;

  if (delta->offset > (step != NULL ? step->n_chars : 0))
    return FALSE;
  /* Bytes of what stays: the usual place is behind all of it. */
  keep = step == NULL ? 0
       : delta->offset == step->n_chars
         ? step->text->len
         : (gsize) (g_utf8_offset_to_pointer (step->text->str, (glong) delta->offset) - step->text->str);
  if (len > OUIOE_OPEN_STEP_MAX_BYTES - keep || (step == NULL && self->steps->len >= OUIOE_OPEN_STEPS_MAX))
    return FALSE;

  if (step == NULL)
    {
      step = g_new0 (OpenStep, 1);
      step->session_id = g_strdup (delta->session_id);
      step->step_id = g_strdup (delta->step_id);
      step->text = g_string_sized_new (len + 256);
      g_ptr_array_add (self->steps, step);
    }
  g_string_truncate (step->text, keep);
  g_string_append_len (step->text, delta->text, (gssize) len);
  step->n_chars = delta->offset + (guint64) g_utf8_strlen (delta->text, (gssize) len);
  return TRUE;
}

gboolean
ouioe_open_steps_remove (OuioeOpenSteps *self, const char *session_id, const char *step_id)
{
  guint position;

  if (find (self, session_id, step_id, &position) == NULL)
    return FALSE;
  g_ptr_array_remove_index (self->steps, position);
  return TRUE;
}

void
ouioe_open_steps_clear (OuioeOpenSteps *self, const char *session_id, OuioeOpenStepFunc func, gpointer user_data)
{
  g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func (open_step_free);

  for (guint i = 0; i < self->steps->len;)
    {
      OpenStep *step = self->steps->pdata[i];

      if (session_id == NULL || strcmp (step->session_id, session_id) == 0)
        g_ptr_array_add (gone, g_ptr_array_steal_index (self->steps, i));
      else
        i++;
    }
  for (guint i = 0; i < gone->len; i++)
    {
      OpenStep *step = gone->pdata[i];

      func (step->session_id, step->step_id, user_data);
    }
}

const char *
ouioe_open_steps_get (OuioeOpenSteps *self, const char *session_id, const char *step_id)
{
  OpenStep *step = find (self, session_id, step_id, NULL);

  return step != NULL ? step->text->str : NULL;
}
