/* test-columns.c - three columns that fold away, and a banner, in a real window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>

#include "display.h"
#include "fake-server.h"
#include "inspector-banner.h"
#include "inspector-columns.h"

typedef struct {
  GtkWindow        *window;
  InspectorColumns *columns;
  GtkWidget        *parts[INSPECTOR_N_COLUMNS];
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  f->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (f->window, FALSE);
  f->columns = g_object_new (INSPECTOR_TYPE_COLUMNS, NULL);
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    {
      static const char *const names[] = { "sidebar", "content", "detail" };

      f->parts[i] = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      gtk_box_append (GTK_BOX (f->parts[i]), gtk_button_new_with_label (names[i]));
      gtk_widget_set_size_request (f->parts[i], i == INSPECTOR_COLUMN_CONTENT ? 340 : 200, 100);
      g_object_set (f->columns, names[i], f->parts[i], NULL);
    }
  gtk_window_set_child (f->window, GTK_WIDGET (f->columns));
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gpointer columns = f->columns;

  g_object_add_weak_pointer (columns, &columns);
  gtk_window_destroy (f->window);
  fake_wait_for (columns == NULL);
}

static void
resize (Fixture *f, int width)
{
  gtk_window_set_default_size (f->window, width, 400);
  gtk_window_present (f->window);
  fake_wait_for (gtk_widget_get_width (GTK_WIDGET (f->columns)) == width);
}

/* Where a column stands, from the left edge; -1 when it is not shown. */
static int
left_of (Fixture *f, InspectorColumn column)
{
  graphene_rect_t bounds;

  if (!gtk_widget_get_mapped (f->parts[column]) ||
      !gtk_widget_compute_bounds (f->parts[column], GTK_WIDGET (f->columns), &bounds))
    return -1;
  return (int) bounds.origin.x;
}

static gboolean
is_laid_out (Fixture *f, InspectorLayout layout, gboolean has_sidebar, gboolean has_content, gboolean has_detail)
{
  return inspector_columns_get_layout (f->columns) == layout &&
         (left_of (f, INSPECTOR_COLUMN_SIDEBAR) >= 0) == has_sidebar &&
         (left_of (f, INSPECTOR_COLUMN_CONTENT) >= 0) == has_content &&
         (left_of (f, INSPECTOR_COLUMN_DETAIL) >= 0) == has_detail;
}

/* ---- layouts ---- */

static void
test_the_width_decides (Fixture *f, gconstpointer data)
{
  resize (f, 1100);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, TRUE, TRUE, TRUE));
  resize (f, 999);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  resize (f, 700);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  resize (f, 699);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, TRUE, FALSE, FALSE));
  resize (f, 360);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, TRUE, FALSE, FALSE));
  resize (f, 1000);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, TRUE, TRUE, TRUE));
}

static void
test_columns_keep_their_widths (Fixture *f, gconstpointer data)
{
  g_object_set (f->columns, "sidebar-width", 250, "detail-width", 300, NULL);
  resize (f, 1100);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, TRUE, TRUE, TRUE));
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_CONTENT) == 251 && left_of (f, INSPECTOR_COLUMN_DETAIL) == 800);
  g_assert_cmpint (gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_CONTENT]), ==, 548);
  resize (f, 1200);
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_DETAIL) == 900);
  g_assert_cmpint (left_of (f, INSPECTOR_COLUMN_CONTENT), ==, 251);
}

static void
test_the_content_never_starves (Fixture *f, gconstpointer data)
{
  g_object_set (f->columns, "sidebar-width", 600, "detail-width", 600, NULL);
  resize (f, 1000);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, TRUE, TRUE, TRUE));
  fake_wait_for (gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_CONTENT]) == 340);
  g_assert_cmpint (gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_SIDEBAR]) +
                     gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_DETAIL]), ==, 658);
}

static void
test_large_words_fold_earlier (Fixture *f, gconstpointer data)
{
  gtk_widget_set_size_request (f->parts[INSPECTOR_COLUMN_CONTENT], 640, 100);
  resize (f, 1010);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  resize (f, 800);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, TRUE, FALSE, FALSE));
}

static void
test_a_narrow_start_is_narrow_at_once (Fixture *f, gconstpointer data)
{
  inspector_columns_expect_width (f->columns, 360);
  g_assert_cmpint (inspector_columns_get_layout (f->columns), ==, INSPECTOR_LAYOUT_NARROW);
  resize (f, 360);
  g_assert_cmpint (left_of (f, INSPECTOR_COLUMN_CONTENT), ==, -1);
}

static void
test_right_to_left_is_mirrored (Fixture *f, gconstpointer data)
{
  gtk_widget_set_direction (GTK_WIDGET (f->columns), GTK_TEXT_DIR_RTL);
  for (int i = 0; i < INSPECTOR_N_COLUMNS; i++)
    gtk_widget_set_direction (f->parts[i], GTK_TEXT_DIR_RTL);
  g_object_set (f->columns, "sidebar-width", 250, "detail-width", 300, NULL);
  resize (f, 1100);
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_SIDEBAR) == 850 && left_of (f, INSPECTOR_COLUMN_DETAIL) == 0);
  g_assert_cmpint (left_of (f, INSPECTOR_COLUMN_CONTENT), ==, 301);
}

/* ---- to show and to hide ---- */

static void
test_wide_columns_are_hidden_one_by_one (Fixture *f, gconstpointer data)
{
  gboolean is_wanted;

  resize (f, 1100);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, TRUE, TRUE, TRUE));
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_SIDEBAR, FALSE);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_WIDE, FALSE, TRUE, TRUE) && left_of (f, INSPECTOR_COLUMN_CONTENT) == 0);
  g_object_set (f->columns, "detail-shown", FALSE, NULL);
  fake_wait_for (gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_CONTENT]) == 1100);
  g_object_get (f->columns, "detail-visible", &is_wanted, NULL);
  g_assert_false (is_wanted);
}

static void
test_medium_shows_one_of_both_sides (Fixture *f, gconstpointer data)
{
  gboolean is_wanted;

  resize (f, 800);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_DETAIL, TRUE);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, FALSE, TRUE, TRUE));
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_SIDEBAR, TRUE);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_DETAIL, TRUE);
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_DETAIL, FALSE);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_MEDIUM, TRUE, TRUE, FALSE));
  /* What there is room for in a wide window is another matter. */
  g_object_get (f->columns, "detail-visible", &is_wanted, NULL);
  g_assert_true (is_wanted);
}

static void
test_narrow_pages_go_forth_and_back (Fixture *f, gconstpointer data)
{
  resize (f, 360);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, TRUE, FALSE, FALSE));
  g_assert_false (inspector_columns_go_back (f->columns));
  inspector_columns_set_page (f->columns, INSPECTOR_COLUMN_CONTENT);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, FALSE, TRUE, FALSE));
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_DETAIL, TRUE);
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, FALSE, FALSE, TRUE));
  fake_wait_for (gtk_widget_get_width (f->parts[INSPECTOR_COLUMN_DETAIL]) == 360);
  g_assert_true (inspector_columns_go_back (f->columns));
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, FALSE, TRUE, FALSE));
  g_assert_true (inspector_columns_go_back (f->columns));
  fake_wait_for (is_laid_out (f, INSPECTOR_LAYOUT_NARROW, TRUE, FALSE, FALSE));
}

static void
test_the_focus_does_not_vanish (Fixture *f, gconstpointer data)
{
  GtkWidget *inside = gtk_widget_get_first_child (f->parts[INSPECTOR_COLUMN_DETAIL]);

  resize (f, 1100);
  gtk_widget_grab_focus (inside);
  g_assert_true (gtk_window_get_focus (f->window) == inside);
  inspector_columns_set_shown (f->columns, INSPECTOR_COLUMN_DETAIL, FALSE);
  g_assert_true (gtk_window_get_focus (f->window) == gtk_widget_get_first_child (f->parts[INSPECTOR_COLUMN_CONTENT]));
}

/* ---- the edges ---- */

static GtkWidget *
find_handle (Fixture *f, gboolean is_last)
{
  GtkWidget *found = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (f->columns)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      if (gtk_widget_has_css_class (child, "column-handle") && (found == NULL || is_last))
        found = child;
    }
  return found;
}

static gboolean
press_key (GtkWidget *widget, guint keyval)
{
  g_autoptr(GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean is_handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr(GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", keyval, 0, 0, &is_handled);
    }
  return is_handled;
}

static void
test_edges_move_by_keys (Fixture *f, gconstpointer data)
{
  int sidebar_width;
  int detail_width;

  g_object_set (f->columns, "sidebar-width", 250, "detail-width", 300, NULL);
  resize (f, 1100);
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_CONTENT) == 251);
  g_assert_true (press_key (find_handle (f, FALSE), GDK_KEY_Right));
  g_assert_true (press_key (find_handle (f, TRUE), GDK_KEY_Right));
  g_assert_false (press_key (find_handle (f, TRUE), GDK_KEY_Up));
  g_object_get (f->columns, "sidebar-width", &sidebar_width, "detail-width", &detail_width, NULL);
  g_assert_cmpint (sidebar_width, ==, 266);
  g_assert_cmpint (detail_width, ==, 284);
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_CONTENT) == 267);
}

static void
test_edges_stand_between_the_columns (Fixture *f, gconstpointer data)
{
  g_object_set (f->columns, "sidebar-width", 250, "detail-width", 300, NULL);
  resize (f, 1100);
  fake_wait_for (left_of (f, INSPECTOR_COLUMN_CONTENT) == 251);
  g_assert_true (gtk_widget_pick (GTK_WIDGET (f->columns), 247, 50, GTK_PICK_DEFAULT) == find_handle (f, FALSE));
  g_assert_true (gtk_widget_pick (GTK_WIDGET (f->columns), 803, 50, GTK_PICK_DEFAULT) == find_handle (f, TRUE));
  g_assert_true (gtk_widget_pick (GTK_WIDGET (f->columns), 240, 50, GTK_PICK_DEFAULT) != find_handle (f, FALSE));
}

/* ---- the banner ---- */

static void
test_a_banner_says_and_hides (void)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  GtkWidget *widget = g_object_new (INSPECTOR_TYPE_BANNER, "title", "Connection lost", "button-label", "_Retry",
                                    "action-name", "win.retry", NULL);
  g_autofree char *label = NULL;
  g_autofree char *action = NULL;

  gtk_window_set_child (window, widget);
  gtk_window_set_default_size (window, 400, 300);
  gtk_widget_set_valign (widget, GTK_ALIGN_START);
  gtk_window_present (window);
  fake_wait_for (gtk_widget_get_mapped (widget));
  g_assert_cmpint (gtk_widget_get_height (widget), ==, 0);
  inspector_banner_set_revealed (INSPECTOR_BANNER (widget), TRUE);
  fake_wait_for (gtk_widget_get_height (widget) > 20);
  g_object_get (widget, "button-label", &label, "action-name", &action, NULL);
  g_assert_cmpstr (inspector_banner_get_title (INSPECTOR_BANNER (widget)), ==, "Connection lost");
  g_assert_cmpstr (label, ==, "_Retry");
  g_assert_cmpstr (action, ==, "win.retry");
  g_object_set (widget, "revealed", FALSE, NULL);
  fake_wait_for (gtk_widget_get_height (widget) == 0);
  gtk_window_destroy (window);
}

int
main (int argc, char **argv)
{
  g_autoptr(AdwApplication) application = NULL;
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  application = adw_application_new ("org.ouioe.Inspector", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, NULL);

#define ADD(name, func) g_test_add ("/columns/" name, Fixture, NULL, setup, func, teardown)
  ADD ("the-width-decides", test_the_width_decides);
  ADD ("columns-keep-their-widths", test_columns_keep_their_widths);
  ADD ("the-content-never-starves", test_the_content_never_starves);
  ADD ("large-words-fold-earlier", test_large_words_fold_earlier);
  ADD ("a-narrow-start-is-narrow-at-once", test_a_narrow_start_is_narrow_at_once);
  ADD ("right-to-left-is-mirrored", test_right_to_left_is_mirrored);
  ADD ("wide-columns-are-hidden-one-by-one", test_wide_columns_are_hidden_one_by_one);
  ADD ("medium-shows-one-of-both-sides", test_medium_shows_one_of_both_sides);
  ADD ("narrow-pages-go-forth-and-back", test_narrow_pages_go_forth_and_back);
  ADD ("the-focus-does-not-vanish", test_the_focus_does_not_vanish);
  ADD ("edges-move-by-keys", test_edges_move_by_keys);
  ADD ("edges-stand-between-the-columns", test_edges_stand_between_the_columns);
  g_test_add_func ("/banner/it-says-and-hides", test_a_banner_says_and_hides);
  status = g_test_run ();
  g_clear_object (&application);
  display_stop ();
  return status;
}
