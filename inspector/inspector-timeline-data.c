/* inspector-timeline-data.c - when what happened, in sixteen bytes a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-timeline-data.h"
#include "inspector-timeline-data-private.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#define UPDATES_LANE 0
#define SHARED_LANE  (INSPECTOR_TIMELINE_MAX_LANES - 1)

InspectorTimelineData *
inspector_timeline_data_new (void)
{
  InspectorTimelineData *self = g_new0 (InspectorTimelineData, 1);

  self->marks = g_array_new (FALSE, FALSE, sizeof (InspectorMark));
  self->is_sorted = TRUE;
  self->n_lanes = UPDATES_LANE + 1;   /* of no kind, and without a word */
  return self;
}

void
inspector_timeline_data_free (InspectorTimelineData *self)
{
  for (guint i = 0; i < self->n_lanes; i++)
    g_free (self->lanes[i].word);
  g_array_unref (self->marks);
  g_free (self);
}

void
inspector_timeline_data_clear (InspectorTimelineData *self)
{
  guint epoch = self->epoch + 1;

  for (guint i = 0; i < self->n_lanes; i++)
    g_free (self->lanes[i].word);
  g_array_set_size (self->marks, 0);
  *self = (InspectorTimelineData) {
    .marks = self->marks, .is_sorted = TRUE, .n_lanes = UPDATES_LANE + 1, .epoch = epoch
  };
}

/* ---- lanes ---- */

/* Of a type of step. */
static guint8
find_lane (InspectorTimelineData *self, const char *word)
{
  InspectorLane *lane;

  for (guint i = UPDATES_LANE + 1; i < self->n_lanes; i++)
    {
      if (!self->lanes[i].is_shared && strcmp (self->lanes[i].word, word) == 0)
        return (guint8) i;
    }
  if (self->n_lanes > SHARED_LANE)
    return SHARED_LANE;
  lane = &self->lanes[self->n_lanes];
  lane->is_shared = self->n_lanes == SHARED_LANE;
  lane->word = lane->is_shared ? NULL : g_strdup (word);
  lane->kind = inspector_kind_for_step (lane->word);   /* of no word: the plain look */
  return (guint8) self->n_lanes++;
}

static int
compare_lanes (gconstpointer a, gconstpointer b, gpointer data)
{
  InspectorTimelineData *self = data;
  const InspectorLane *left = &self->lanes[*(const guint8 *) a];
  const InspectorLane *right = &self->lanes[*(const guint8 *) b];
  guint left_order = left->kind != NULL ? inspector_kind_get_order (left->kind) : G_MAXUINT;
  guint right_order = right->kind != NULL ? inspector_kind_get_order (right->kind) : G_MAXUINT;

  if (left_order != right_order)
    return left_order < right_order ? -1 : 1;
  if (left->is_shared != right->is_shared)
    return left->is_shared ? 1 : -1;
  return g_strcmp0 (left->word, right->word);
}

guint
inspector_timeline_data_list_lanes (InspectorTimelineData *self, guint8 lanes[INSPECTOR_TIMELINE_MAX_LANES])
{
  guint n = 0;

  for (guint i = 0; i < self->n_lanes; i++)
    {
      if (self->lanes[i].n_marks > 0)
        lanes[n++] = (guint8) i;
    }
  g_qsort_with_data (lanes, (int) n, sizeof (guint8), compare_lanes, self);
  return n;
}

const InspectorLane *
inspector_timeline_data_get_lane (InspectorTimelineData *self, guint lane)
{
  g_return_val_if_fail (lane < self->n_lanes, NULL);
  return &self->lanes[lane];
}

const char *
inspector_timeline_lane_get_name (const InspectorLane *lane)
{
  if (lane->kind == NULL)
    return _("Updates");
  return lane->is_shared ? _("Others") : inspector_kind_name_word (lane->kind, lane->word);
}

/* ---- marks ---- */

/* The confidence at the top of an event, without reading the event: a long chain has many. Inside of a string a quote
 * is escaped, so what looks like the member is one, and only its depth must be known. */
static float
peek_confidence (OuioeEvent *event)
{
  static const char member[] = "\"confidence\":";
  GBytes *json = ouioe_event_get_json (event);
  gsize size;
  const char *data = g_bytes_get_data (json, &size);
  const char *found = memmem (data, size, member, strlen (member));
  char number[32] = "";
  guint depth = 0;
  gboolean is_string = FALSE;

  for (const char *p = data; found != NULL && p < found; p++)
    {
      if (is_string && *p == '\\')
        p++;
      else if (*p == '"')
        is_string = !is_string;
      else if (!is_string && (*p == '{' || *p == '['))
        depth++;
      else if (!is_string && (*p == '}' || *p == ']'))
        depth--;
    }
  if (found == NULL || depth != 1)
    return NAN;
  found += strlen (member);
  memcpy (number, found, MIN (sizeof (number) - 1, (gsize) (data + size - found)));
  return (float) CLAMP (g_ascii_strtod (number, NULL), 0, 1);
}

static guint8
flags_of_update (const char *word)
{
  const InspectorKind *kind = inspector_kind_for_update (word);

  if (g_strcmp0 (kind->word, "warning") == 0)
    return INSPECTOR_MARK_WARNING;
  if (g_strcmp0 (kind->word, "error") == 0)
    return INSPECTOR_MARK_ERROR;
  return g_strcmp0 (kind->word, "completion") == 0 || g_strcmp0 (kind->word, "completed") == 0 ? INSPECTOR_MARK_COMPLETION : 0;
}

static InspectorMark
make_mark (InspectorTimelineData *self, InspectorChainItem *item, gint64 before_us)
{
  OuioeEvent *event = inspector_chain_item_get_event (item);
  const char *word = inspector_chain_item_get_type_word (item);
  InspectorMark mark = { inspector_chain_item_get_time_us (item), NAN, INSPECTOR_TIMELINE_NO_LANE, 0 };

  if (mark.time_us <= 0)
    mark.time_us = before_us;
  switch (inspector_chain_item_get_kind (item))
    {
    case INSPECTOR_ITEM_STEP:
      if (word != NULL)
        mark.lane = find_lane (self, word);
      mark.confidence = event != NULL ? peek_confidence (event) : NAN;
      break;
    case INSPECTOR_ITEM_UPDATE:
      mark.lane = UPDATES_LANE;
      mark.flags = flags_of_update (word);
      break;
    case INSPECTOR_ITEM_START:
      mark.flags = INSPECTOR_MARK_START;
      break;
    case INSPECTOR_ITEM_END:
      mark.flags = INSPECTOR_MARK_END;
      break;
    case INSPECTOR_ITEM_GAP:
      mark.flags = INSPECTOR_MARK_GAP;
      break;
    case INSPECTOR_ITEM_OPEN:
    default:
      mark.flags = INSPECTOR_MARK_OPEN;
      break;
    }
  return mark;
}

static void
count (InspectorTimelineData *self, const InspectorMark *mark, int sign)
{
  if (mark->lane == INSPECTOR_TIMELINE_NO_LANE)
    return;
  self->lanes[mark->lane].n_marks += (guint) sign;
  if (self->lanes[mark->lane].kind != NULL)
    self->n_steps += (guint) sign;
  if (!isnan (mark->confidence))
    self->n_reported += (guint) sign;
  if (mark->flags & INSPECTOR_MARK_WARNING)
    self->n_warnings += (guint) sign;
}

static void
widen (InspectorTimelineData *self, const InspectorMark *mark)
{
  if (mark->time_us <= 0)
    return;
  if (self->last_us != 0 && mark->time_us < self->last_us)
    self->is_sorted = FALSE;
  self->first_us = self->first_us != 0 ? MIN (self->first_us, mark->time_us) : mark->time_us;
  self->last_us = MAX (self->last_us, mark->time_us);
}

static void
measure (InspectorTimelineData *self)
{
  self->first_us = 0;
  self->last_us = 0;
  self->is_sorted = TRUE;
  for (guint i = 0; i < self->marks->len; i++)
    widen (self, &g_array_index (self->marks, InspectorMark, i));
}

void
inspector_timeline_data_splice (InspectorTimelineData *self, GListModel *model, guint position, guint n_removed,
                                guint n_added)
{
  gboolean is_append = position >= self->n_settled;
  gint64 before_us = position > 0 ? g_array_index (self->marks, InspectorMark, position - 1).time_us : 0;

  g_return_if_fail (position + n_removed <= self->marks->len);

  for (guint i = position; i < position + n_removed; i++)
    count (self, &g_array_index (self->marks, InspectorMark, i), -1);
  if (n_removed > 0)
    g_array_remove_range (self->marks, position, n_removed);
  if (n_added > 0)
    {
      g_autofree InspectorMark *room = g_new0 (InspectorMark, n_added);

      g_array_insert_vals (self->marks, position, room, n_added);
    }
  for (guint i = position; i < position + n_added; i++)
    {
      g_autoptr(InspectorChainItem) item = g_list_model_get_item (model, i);
      InspectorMark *mark = &g_array_index (self->marks, InspectorMark, i);

      *mark = make_mark (self, item, before_us);
      before_us = mark->time_us;
      count (self, mark, 1);
      if (is_append)
        widen (self, mark);
    }
  self->n_settled = self->marks->len;
  while (self->n_settled > 0 &&
         g_array_index (self->marks, InspectorMark, self->n_settled - 1).flags & INSPECTOR_MARK_OPEN)
    self->n_settled--;
  if (is_append)
    return;
  self->epoch++;
  measure (self);
}

const InspectorMark *
inspector_timeline_data_get_marks (InspectorTimelineData *self, guint *n_marks)
{
  *n_marks = self->marks->len;
  return (const InspectorMark *) self->marks->data;
}

gboolean
inspector_timeline_data_get_range (InspectorTimelineData *self, gint64 *first_us, gint64 *last_us)
{
  *first_us = self->first_us;
  *last_us = self->last_us;
  return self->first_us != 0;
}

guint
inspector_timeline_data_get_n_steps (InspectorTimelineData *self)
{
  return self->n_steps;
}

guint
inspector_timeline_data_get_n_reported (InspectorTimelineData *self)
{
  return self->n_reported;
}

guint
inspector_timeline_data_get_n_warnings (InspectorTimelineData *self)
{
  return self->n_warnings;
}

guint
inspector_timeline_data_lower_bound (InspectorTimelineData *self, gint64 time_us)
{
  guint low = 0;
  guint high = self->marks->len;

  if (!self->is_sorted)
    return 0;
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (g_array_index (self->marks, InspectorMark, middle).time_us < time_us)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

gboolean
inspector_timeline_data_find (InspectorTimelineData *self, gint64 time_us, gint64 tolerance_us, guint8 lane,
                              InspectorMarkFlags flags, guint *position)
{
  gint64 nearest_us = tolerance_us;
  gboolean is_found = FALSE;

  for (guint i = inspector_timeline_data_lower_bound (self, time_us - tolerance_us); i < self->marks->len; i++)
    {
      const InspectorMark *mark = &g_array_index (self->marks, InspectorMark, i);
      gint64 distance_us = ABS (mark->time_us - time_us);

      if (self->is_sorted && mark->time_us > time_us + tolerance_us)
        break;
      if (distance_us > nearest_us || (is_found && distance_us == nearest_us) ||
          (lane != INSPECTOR_TIMELINE_NO_LANE && mark->lane != lane) || (flags != 0 && (mark->flags & flags) == 0))
        continue;
      nearest_us = distance_us;
      *position = i;
      is_found = TRUE;
    }
  return is_found;
}
