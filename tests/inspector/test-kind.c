/* test-kind.c - names, icons and colours of what a chain is made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "display.h"
#include "inspector-kind.h"
#include "picture.h"

#define ICON_SIZE 32

/* The design: what the ten are called and which colours they have. */
static const struct {
  const char *word;
  const char *name;
  const char *title;
  guint32     light;
  guint32     dark;
} table[] = {
  { "initialization", "Initialization", "Initialization", 0x6f8396, 0xa8b6c6 },
  { "analysis", "Analysis", "Analysis", 0x3584e4, 0x78aeed },
  { "decision", "Decision", "Decision", 0x9141ac, 0xdc8add },
  { "planning", "Planning", "Planning", 0x2190a4, 0x7bdff4 },
  { "evaluation", "Evaluation", "Evaluation", 0x3a944a, 0x8ff0a4 },
  { "risk_assessment", "Risk", "Risk assessment", 0xc01c28, 0xf66151 },
  { "service_selection", "Service", "Service selection", 0x986a44, 0xcdab8f },
  { "workflow_generation", "Workflow", "Workflow generation", 0xc64600, 0xffa348 },
  { "execution_planning", "Execution", "Execution planning", 0x1a5fb4, 0x99c1f1 },
  { "result_analysis", "Result", "Result analysis", 0x26a269, 0x57e389 },
};

static const char *const update_words[] = {
  "progress", "intermediate_result", "thinking_aloud", "discovery", "warning", "completion", "completed", "start", "started",
  "error", "decision_progress",
};

/* Everything that has a look: steps, updates, phases, the stall, and what has none of its own. */
static GPtrArray *
list_kinds (void)
{
  GPtrArray *kinds = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_ptr_array_add (kinds, (gpointer) inspector_kind_for_step (table[i].word));
  for (gsize i = 0; i < G_N_ELEMENTS (update_words); i++)
    g_ptr_array_add (kinds, (gpointer) inspector_kind_for_update (update_words[i]));
  for (int phase = OUIOE_PHASE_NONE; phase <= OUIOE_PHASE_PROGRESS; phase++)
    g_ptr_array_add (kinds, (gpointer) inspector_kind_for_phase ((OuioePhase) phase));
  g_ptr_array_add (kinds, (gpointer) inspector_kind_for_stall ());
  g_ptr_array_add (kinds, (gpointer) inspector_kind_for_step ("acme.lint"));
  return kinds;
}

static void
test_the_ten_are_as_designed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      const InspectorKind *kind = inspector_kind_for_step (table[i].word);

      g_assert_cmpstr (kind->word, ==, table[i].word);
      g_assert_cmpstr (inspector_kind_name_word (kind, table[i].word), ==, table[i].name);
      g_assert_cmpstr (inspector_kind_title_word (kind, table[i].word), ==, table[i].title);
      g_assert_cmphex (kind->light, ==, table[i].light);
      g_assert_cmphex (kind->dark, ==, table[i].dark);
      g_assert_cmpuint (inspector_kind_get_order (kind), ==, i);
    }
}

static void
test_an_unknown_kind_is_grey_and_has_its_own_name (void)
{
  const InspectorKind *kind = inspector_kind_for_step ("acme.lint");
  GdkRGBA rgba;

  g_assert_true (kind == inspector_kind_for_update ("acme.lint"));
  g_assert_cmpstr (inspector_kind_name_word (kind, "acme.lint"), ==, "acme.lint");
  g_assert_cmpstr (inspector_kind_title_word (kind, "acme.lint"), ==, "acme.lint");
  g_assert_cmpstr (inspector_kind_name_word (kind, NULL), ==, "");
  g_assert_cmpuint (inspector_kind_get_order (kind), >, inspector_kind_get_order (inspector_kind_for_step ("reflection")));
  for (int is_dark = 0; is_dark <= 1; is_dark++)
    {
      inspector_kind_get_rgba (kind, is_dark, &rgba);
      g_assert_cmpfloat (fabsf (rgba.red - rgba.green), <, 0.03f);
      g_assert_cmpfloat (fabsf (rgba.green - rgba.blue), <, 0.03f);
    }
}

static void
test_updates_and_phases_have_names (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (update_words); i++)
    {
      g_assert_cmpstr (inspector_kind_for_update (update_words[i])->word, ==, update_words[i]);
      g_assert_nonnull (inspector_kind_for_update (update_words[i])->name);
    }
  for (int phase = OUIOE_PHASE_NONE; phase <= OUIOE_PHASE_PROGRESS; phase++)
    {
      const InspectorKind *kind = inspector_kind_for_phase ((OuioePhase) phase);

      g_assert_cmpstr (kind->word, ==, ouioe_phase_to_string ((OuioePhase) phase));
      g_assert_nonnull (kind->name);
    }
  g_assert_cmpstr (inspector_kind_title_word (inspector_kind_for_phase (OUIOE_PHASE_TOOL), NULL), ==, "Calling a tool");
}

/* ---- colours ---- */

static double
linear (float channel)
{
  return channel <= 0.04045f ? (double) channel / 12.92 : pow (((double) channel + 0.055) / 1.055, 2.4);
}

/* Relative luminance and contrast as WCAG 2 defines them. */
static double
luminance (const GdkRGBA *rgba)
{
  return 0.2126 * linear (rgba->red) + 0.7152 * linear (rgba->green) + 0.0722 * linear (rgba->blue);
}

static double
contrast (const GdkRGBA *a, const GdkRGBA *b)
{
  double high = MAX (luminance (a), luminance (b));
  double low = MIN (luminance (a), luminance (b));

  return (high + 0.05) / (low + 0.05);
}

static void
test_every_colour_can_be_told_from_the_background (void)
{
  static const char *const backgrounds[2][2] = { { "#fafafa", "#ffffff" }, { "#303030", "#242424" } };
  g_autoptr(GPtrArray) kinds = list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      for (int is_dark = 0; is_dark <= 1; is_dark++)
        {
          GdkRGBA mark;
          GdkRGBA background;

          inspector_kind_get_rgba (kinds->pdata[i], is_dark, &mark);
          for (gsize j = 0; j < 2; j++)
            {
              g_assert_true (gdk_rgba_parse (&background, backgrounds[is_dark][j]));
              g_assert_cmpfloat (contrast (&mark, &background), >=, 3.0);
            }
        }
    }
}

/* Whether a style sheet of the resources gives this class this colour: ".class { color: #rrggbb; }", alone or in a list. */
static gboolean
sheet_has (const char *path, const char *css_class, guint32 color)
{
  g_autoptr(GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *pattern = g_strdup_printf ("^[^{\\n]*\\.%s[ ,][^\\n]*\\{ color: #%06x; \\}$", css_class, color);

  g_assert_nonnull (bytes);
  return g_regex_match_simple (pattern, g_bytes_get_data (bytes, NULL), G_REGEX_MULTILINE, 0);
}

static void
test_style_sheets_have_the_same_colours (void)
{
  g_autoptr(GPtrArray) kinds = list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const InspectorKind *kind = kinds->pdata[i];

      g_test_message ("%s", kind->css_class);
      g_assert_true (sheet_has ("/org/ouioe/Inspector/style.css", kind->css_class, kind->light));
      g_assert_true (sheet_has ("/org/ouioe/Inspector/style-dark.css", kind->css_class, kind->dark));
    }
}

/* ---- icons ---- */

static Picture *
draw_icon (const InspectorKind *kind)
{
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gdk_display_get_default ());
  g_autoptr(GtkIconPaintable) icon = NULL;
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GdkRGBA colors[4];

  g_assert_true (gtk_icon_theme_has_icon (theme, kind->icon_name));
  icon = gtk_icon_theme_lookup_icon (theme, kind->icon_name, NULL, ICON_SIZE, 1, GTK_TEXT_DIR_LTR, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (colors); i++)
    inspector_kind_get_rgba (kind, FALSE, &colors[i]);
  gtk_symbolic_paintable_snapshot_symbolic (GTK_SYMBOLIC_PAINTABLE (icon), snapshot, ICON_SIZE, ICON_SIZE, colors,
                                            G_N_ELEMENTS (colors));
  return picture_new_from_snapshot (snapshot, ICON_SIZE, ICON_SIZE);
}

static void
test_every_icon_is_drawn_in_its_colour (void)
{
  g_autoptr(GPtrArray) kinds = list_kinds ();

  for (guint i = 0; i < kinds->len; i++)
    {
      const InspectorKind *kind = kinds->pdata[i];
      g_autoptr(Picture) picture = draw_icon (kind);
      guint n_drawn = picture_count_drawn (picture);
      GdkRGBA rgba;

      inspector_kind_get_rgba (kind, FALSE, &rgba);
      g_test_message ("%s: %u", kind->icon_name, n_drawn);
      /* Neither a dot that is lost, nor a block without a shape. */
      g_assert_cmpuint (n_drawn, >, ICON_SIZE * ICON_SIZE / 8);
      g_assert_cmpuint (n_drawn, <, ICON_SIZE * ICON_SIZE * 9 / 10);
      g_assert_cmpuint (picture_count_color (picture, 0, 0, ICON_SIZE, ICON_SIZE, &rgba), >, n_drawn / 4);
    }
}

/* The kind can be told without its colour: no two of the ten have one shape. */
static void
test_the_ten_have_ten_shapes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    {
      InspectorKind black = *inspector_kind_for_step (table[i].word);
      g_autoptr(Picture) picture = NULL;

      black.light = 0;
      picture = draw_icon (&black);
      for (gsize j = 0; j < i; j++)
        {
          InspectorKind before = *inspector_kind_for_step (table[j].word);
          g_autoptr(Picture) other = NULL;

          before.light = 0;
          other = draw_icon (&before);
          g_assert_false (picture_equal (picture, other));
        }
    }
}

int
main (int argc, char **argv)
{
  int status;

  display_prepare ();
  g_test_init (&argc, &argv, NULL);
  if (!display_start ())
    return 0;
  adw_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/org/ouioe/Inspector/icons");

  g_test_add_func ("/kind/the-ten-are-as-designed", test_the_ten_are_as_designed);
  g_test_add_func ("/kind/an-unknown-kind-is-grey-and-has-its-own-name", test_an_unknown_kind_is_grey_and_has_its_own_name);
  g_test_add_func ("/kind/updates-and-phases-have-names", test_updates_and_phases_have_names);
  g_test_add_func ("/kind/every-colour-can-be-told-from-the-background", test_every_colour_can_be_told_from_the_background);
  g_test_add_func ("/kind/style-sheets-have-the-same-colours", test_style_sheets_have_the_same_colours);
  g_test_add_func ("/kind/every-icon-is-drawn-in-its-colour", test_every_icon_is_drawn_in_its_colour);
  g_test_add_func ("/kind/the-ten-have-ten-shapes", test_the_ten_have_ten_shapes);
  status = g_test_run ();

  display_stop ();
  return status;
}
