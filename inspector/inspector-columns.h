/* inspector-columns.h - three columns that fold away as the window gets narrower
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum {
  INSPECTOR_LAYOUT_NARROW,   /* one page at a time */
  INSPECTOR_LAYOUT_MEDIUM,   /* the content, and beside it the sidebar or the detail */
  INSPECTOR_LAYOUT_WIDE,     /* all three */
} InspectorLayout;

typedef enum {
  INSPECTOR_COLUMN_SIDEBAR,
  INSPECTOR_COLUMN_CONTENT,
  INSPECTOR_COLUMN_DETAIL,
} InspectorColumn;

#define INSPECTOR_N_COLUMNS (INSPECTOR_COLUMN_DETAIL + 1)

#define INSPECTOR_TYPE_LAYOUT (inspector_layout_get_type ())
GType inspector_layout_get_type (void);
#define INSPECTOR_TYPE_COLUMN (inspector_column_get_type ())
GType inspector_column_get_type (void);

#define INSPECTOR_TYPE_COLUMNS (inspector_columns_get_type ())
G_DECLARE_FINAL_TYPE (InspectorColumns, inspector_columns, INSPECTOR, COLUMNS, GtkWidget)

/* Properties:
 *   sidebar, content, detail           the widgets
 *   layout (read only), page           how it is now; what a narrow one shows
 *   sidebar-shown, detail-shown        whether it is on screen now; to set them is to show or hide it, whatever the layout
 *   sidebar-visible, detail-visible    whether it is shown when there is room: to be kept
 *   sidebar-width, detail-width        in pixels, as the reader wants it: to be kept
 */
InspectorLayout inspector_columns_get_layout       (InspectorColumns *self);
/* So wide it is going to be: the first frame is right, too. */
void            inspector_columns_expect_width     (InspectorColumns *self, int width);
InspectorColumn inspector_columns_get_page         (InspectorColumns *self);
void            inspector_columns_set_page         (InspectorColumns *self, InspectorColumn page);
gboolean        inspector_columns_get_shown        (InspectorColumns *self, InspectorColumn column);
void            inspector_columns_set_shown        (InspectorColumns *self, InspectorColumn column, gboolean is_shown);
/* Of a narrow one: to the page before. FALSE when there is none. */
gboolean        inspector_columns_go_back          (InspectorColumns *self);

G_END_DECLS
