/* ouioed-redis-args.c - arguments of a command: any number, of any bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioed-redis-private.h"

#include <string.h>

#define COUNT_WIDTH 8            /* digits of a number that is known later */

OuioedRedisArgs *
ouioed_redis_args_new (void)
{
  OuioedRedisArgs *self = g_new0 (OuioedRedisArgs, 1);

  self->bytes = g_byte_array_sized_new (512);
  self->lens = g_array_sized_new (FALSE, FALSE, sizeof (gsize), 48);
  return self;
}

void
ouioed_redis_args_free (OuioedRedisArgs *self)
{
  g_byte_array_unref (self->bytes);
  g_array_unref (self->lens);
  g_free (self);
}

void
ouioed_redis_args_add (OuioedRedisArgs *self, const char *data, gsize len)
{
  g_byte_array_append (self->bytes, (const guint8 *) data, (guint) len);
  g_array_append_val (self->lens, len);
}

void
ouioed_redis_args_add_text (OuioedRedisArgs *self, const char *text)
{
  ouioed_redis_args_add (self, text, strlen (text));
}

void
ouioed_redis_args_add_int (OuioedRedisArgs *self, gint64 value)
{
  char text[32];

  ouioed_redis_args_add (self, text, (gsize) g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value));
}

void
ouioed_redis_args_add_id (OuioedRedisArgs *self, OuioeEventId id)
{
  char text[OUIOE_EVENT_ID_TEXT_MAX];

  ouioed_redis_args_add (self, text, ouioe_event_id_format (id, text));
}

guint
ouioed_redis_args_add_count (OuioedRedisArgs *self)
{
  guint place = self->bytes->len;

  ouioed_redis_args_add (self, "00000000", COUNT_WIDTH);
  return place;
}

void
ouioed_redis_args_set_count (OuioedRedisArgs *self, guint place, guint count)
{
  char text[COUNT_WIDTH + 1];

  g_snprintf (text, sizeof text, "%0*u", COUNT_WIDTH, count);
  memcpy (self->bytes->data + place, text, COUNT_WIDTH);
}
