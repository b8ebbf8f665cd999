/* picture.c - what a widget or a paintable draws, pixel by pixel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "picture.h"

#include <math.h>
#include <string.h>

Picture *
picture_new_from_snapshot (GtkSnapshot *snapshot, int width, int height)
{
  g_autoptr(GskRenderNode) node = gtk_snapshot_free_to_node (snapshot);
  g_autoptr(GskRenderer) renderer = gsk_cairo_renderer_new ();
  g_autoptr(GdkTexture) texture = NULL;
  g_autoptr(GError) error = NULL;
  Picture *self = g_new0 (Picture, 1);

  self->width = width;
  self->height = height;
  self->pixels = g_new0 (guint32, (gsize) width * (gsize) height);
  if (node == NULL)
    return self;
  gsk_renderer_realize (renderer, NULL, &error);
  g_assert_no_error (error);
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gdk_texture_download (texture, (guchar *) self->pixels, (gsize) width * 4);
  gsk_renderer_unrealize (renderer);
  return self;
}

Picture *
picture_new_from_widget (GtkWidget *widget)
{
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (widget);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);

  gdk_paintable_snapshot (paintable, snapshot, width, height);
  return picture_new_from_snapshot (snapshot, width, height);
}

void
picture_free (Picture *self)
{
  g_free (self->pixels);
  g_free (self);
}

gboolean
picture_equal (const Picture *a, const Picture *b)
{
  return a->width == b->width && a->height == b->height &&
         memcmp (a->pixels, b->pixels, (gsize) a->width * (gsize) a->height * 4) == 0;
}

static gboolean
is_near (guint32 value, float wanted)
{
  return fabs ((double) value - round (wanted * 255)) <= 2;
}

guint
picture_count_color (const Picture *self, int x, int y, int width, int height, const GdkRGBA *color)
{
  guint n = 0;

  for (int j = MAX (y, 0); j < MIN (y + height, self->height); j++)
    {
      for (int i = MAX (x, 0); i < MIN (x + width, self->width); i++)
        {
          guint32 pixel = self->pixels[j * self->width + i];

          n += is_near (pixel >> 16 & 0xff, color->red) && is_near (pixel >> 8 & 0xff, color->green) &&
               is_near (pixel & 0xff, color->blue);
        }
    }
  return n;
}

guint
picture_count_drawn (const Picture *self)
{
  guint n = 0;

  for (int i = 0; i < self->width * self->height; i++)
    n += (self->pixels[i] >> 24) > 0;
  return n;
}
