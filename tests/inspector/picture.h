/* picture.h - what a widget or a paintable draws, pixel by pixel
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

typedef struct {
  int      width;
  int      height;
  guint32 *pixels;   /* 0xAARRGGBB, premultiplied, row by row */
} Picture;

/* Of what was snapshotted; it is drawn by Cairo, whatever the display. */
Picture *picture_new_from_snapshot (GtkSnapshot *snapshot, int width, int height);   /* (transfer full) @snapshot */
/* Of a mapped widget, as its window shows it. */
Picture *picture_new_from_widget   (GtkWidget *widget);
void     picture_free              (Picture *self);
gboolean picture_equal             (const Picture *a, const Picture *b);
/* How many pixels of this rectangle are of this colour, give or take 2 a channel. */
guint    picture_count_color       (const Picture *self, int x, int y, int width, int height, const GdkRGBA *color);
/* How many are not fully transparent. */
guint    picture_count_drawn       (const Picture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Picture, picture_free)
