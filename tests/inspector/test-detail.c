/* test-detail.c - the detail pane: every member of an event, and nothing that was not said
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <adwaita.h>
#include <string.h>

#include "display.h"
#include "inspector-detail-fields.h"
#include "inspector-detail-pane.h"

typedef struct {
  GtkWindow           *window;
  InspectorDetailPane *pane;
} Fixture;

static void
setup (Fixture *f, gconstpointer data)
{
  f->window = GTK_WINDOW (gtk_window_new ());
  f->pane = g_object_new (INSPECTOR_TYPE_DETAIL_PANE, NULL);
  gtk_window_set_child (f->window, GTK_WIDGET (f->pane));
  gtk_window_set_default_size (f->window, 320, 700);
  gtk_window_present (f->window);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  gtk_window_destroy (f->window);
}

/* ---- items ---- */

static OuioeEvent *
event (const char *kind, const char *members)
{
  g_autofree char *json = g_strdup_printf ("{\"id\":\"1795396263398-0\",\"session_id\":\"s\",\"kind\":\"%s\","
                                           "\"timestamp\":\"2026-11-23T01:11:03.398083+00:00\",%s}", kind, members);
  g_autoptr(GError) error = NULL;
  OuioeEvent *result = ouioe_event_new_from_json (json, -1, &error);

  g_assert_no_error (error);
  return result;
}

static InspectorChainItem *
item_of (const char *kind, const char *members)
{
  g_autoptr(OuioeEvent) owned = event (kind, members);

  return inspector_chain_item_new_event (owned);
}

#define WHOLE_STEP "\"thinking_type\":\"decision\",\"content\":\"Parallel it is.\"," \
  "\"reasoning_chain\":[\"first\",\"second\"]," \
  "\"confidence\":0.88,\"alternatives\":[\"one by one\"],\"decision_factors\":[\"speed\",\"load\"]," \
  "\"context_used\":{\"step_id\":\"3\",\"hosts\":3,\"dry\":true,\"rhythm\":[0,5,900,4,1000,0]},\"estimated_duration\":2.5"

static void
collect (GtkWidget *widget, GString *text)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_child_visible (widget))
    return;
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    g_string_append_printf (text, "%s|", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect (child, text);
}

static char *
words (Fixture *f)
{
  GString *text = g_string_new (NULL);

  collect (GTK_WIDGET (f->pane), text);
  return g_string_free (text, FALSE);
}

static void
assert_says (Fixture *f, const char *part)
{
  g_autofree char *all = words (f);

  if (strstr (all, part) == NULL)
    g_error ("“%s” is not in “%s”", part, all);
}

static void
assert_not_says (Fixture *f, const char *part)
{
  g_autofree char *all = words (f);

  g_assert_null (strstr (all, part));
}

static GtkWidget *
find (GtkWidget *widget, GType type, const char *label)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) &&
      (label == NULL || (GTK_IS_EXPANDER (widget) &&
                         g_str_has_prefix (gtk_expander_get_label (GTK_EXPANDER (widget)), label))))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, type, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
expand (Fixture *f, const char *label, gboolean is_expanded)
{
  GtkWidget *section = find (GTK_WIDGET (f->pane), GTK_TYPE_EXPANDER, label);

  g_assert_nonnull (section);
  gtk_expander_set_expanded (GTK_EXPANDER (section), is_expanded);
}

/* ---- what is shown ---- */

static void
test_every_member_of_a_step (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = item_of ("thinking_step", WHOLE_STEP);
  GtkWidget *bar;
  double low;
  double high;

  inspector_chain_item_set_place (item, 18432, 1795396263398083 - 187300000);
  inspector_detail_pane_set_item (f->pane, item);
  assert_says (f, "Decision|Step 18432 · 01:11:03.398|Parallel it is.|Confidence|88 %|");
  assert_says (f, "Reasoning (2)|1|first|2|second|Alternatives (1)|•|one by one|Factors (2)|•|speed|•|load|");
  assert_says (f, "Context (4 values)|");
  assert_says (f, "Since start|00:03:07.3|Estimated|2.5 s|Took|1.9 s|Id|1795396263398-0|");
  assert_not_says (f, "hosts|");
  expand (f, "Context", TRUE);
  assert_says (f, "step_id|3|hosts|3|dry|yes|rhythm|[0,5,900,4,1000,0]|");

  bar = find (GTK_WIDGET (f->pane), GTK_TYPE_LEVEL_BAR, NULL);
  g_assert_cmpfloat (gtk_level_bar_get_value (GTK_LEVEL_BAR (bar)), ==, 0.88);
  g_assert_true (gtk_level_bar_get_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_LOW, &low));
  g_assert_true (gtk_level_bar_get_offset_value (GTK_LEVEL_BAR (bar), GTK_LEVEL_BAR_OFFSET_HIGH, &high));
  g_assert_cmpfloat (low, ==, 0.4);
  g_assert_cmpfloat (high, ==, 0.8);
}

static void
test_what_was_not_said_is_not_there (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = item_of ("thinking_step", "\"thinking_type\":\"analysis\",\"content\":\"Bare\"");
  g_autofree char *all = NULL;

  inspector_detail_pane_set_item (f->pane, item);
  all = words (f);
  g_assert_cmpstr (all, ==, "Analysis|01:11:03.398|Bare|Id|1795396263398-0|JSON|");
}

static void
test_a_step_took_until_the_next_one (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = item_of ("thinking_step", "\"thinking_type\":\"analysis\",\"content\":\"Bare\"");

  inspector_chain_item_set_next_us (item, inspector_chain_item_get_time_us (item) + 61 * G_USEC_PER_SEC);
  inspector_detail_pane_set_item (f->pane, item);
  assert_says (f, "Took|01:01|");
}

static void
test_every_member_of_an_update (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item =
    item_of ("progress_update", "\"progress_type\":\"intermediate_result\",\"message\":\"Two of three\","
             "\"progress_percentage\":62.0,\"current_step\":\"5\",\"total_steps\":8,\"estimated_remaining\":\"40 s\","
             "\"intermediate_findings\":[{\"host\":\"host-1\",\"used\":0.91},{\"host\":\"host-3\"}],"
             "\"current_activity\":\"Merging\",\"confidence\":0.5");

  inspector_detail_pane_set_item (f->pane, item);
  assert_says (f, "Intermediate result|01:11:03.398|Two of three|Done|62 %|Confidence|50 %|");
  assert_says (f, "Findings (2)|•|host: host-1\nused: 0.91|•|host: host-3|");
  assert_says (f, "Activity|Merging|Step|5|Steps in all|8|Remaining|40 s|");
}

static void
test_a_start_and_an_end (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) start =
    item_of ("session_start", "\"user_id\":\"alice\",\"debug_mode\":true,\"progress_updates\":false,"
             "\"max_stream_length\":1000,\"update_threshold_seconds\":0.5,\"expiry_seconds\":86400.0,"
             "\"user_request\":\"Summarise disk usage\",\"system_context\":{\"host\":\"host-1\"},\"flavour\":\"new\"");
  g_autoptr(InspectorChainItem) end =
    item_of ("session_end", "\"outcome\":\"closed\",\"duration\":9.25,\"thinking_steps\":3,\"progress_updates\":0");

  inspector_detail_pane_set_item (f->pane, start);
  assert_says (f, "Summarise disk usage|Context (1 value)|Also said|flavour|new|User|alice|Debug mode|yes|Updates wanted|no|"
               "Events kept|1000|Update threshold|0.5 s|Expires after|24:00:00|");
  inspector_detail_pane_set_item (f->pane, end);
  assert_says (f, "Outcome|closed|Duration|9.3 s|Steps|3|Updates|0|");
  assert_not_says (f, "alice");
}

static void
test_a_growing_step_grows_here_too (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = inspector_chain_item_new_open ();
  g_autoptr(OuioeEvent) finished = event ("thinking_step", "\"thinking_type\":\"planning\",\"content\":\"Which hosts?\"");

  inspector_chain_item_set_text (item, "Which");
  inspector_detail_pane_set_item (f->pane, item);
  assert_says (f, "Thinking|Still being written|Which▍|");
  assert_not_says (f, "JSON");
  inspector_chain_item_set_text (item, "Which hosts");
  assert_says (f, "Which hosts▍|");
  inspector_chain_item_finish (item, finished);
  inspector_chain_item_tell (item);
  assert_says (f, "Planning|01:11:03.398|Which hosts?|");
  assert_not_says (f, "▍");
}

static void
test_json_is_made_on_demand (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = item_of ("thinking_step", WHOLE_STEP);
  g_autofree char *json = inspector_details_json (item);

  inspector_detail_pane_set_item (f->pane, item);
  assert_not_says (f, "\"hosts\": 3");
  expand (f, "JSON", TRUE);
  assert_says (f, "\"context_used\": {\n    \"step_id\": \"3\",\n    \"hosts\": 3,");
  assert_says (f, json);
}

static void
test_json_keeps_every_byte_but_white_space (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item =
    item_of ("thinking_step", "\"thinking_type\":\"analysis\",\"content\":\"a \\\"quoted\\\" {[,:]} \\\\\",\"context_used\":"
             "{\"empty\":{},\"none\":[],\"n\":0.10000}");
  g_autofree char *json = inspector_details_json (item);
  g_autoptr(InspectorChainItem) gap = inspector_chain_item_new_gap (3);

  g_assert_nonnull (strstr (json, "\"content\": \"a \\\"quoted\\\" {[,:]} \\\\\",\n"));
  g_assert_nonnull (strstr (json, "\"empty\": {},\n    \"none\": [],\n    \"n\": 0.1"));
  g_assert_true (g_str_has_suffix (json, "\n  }\n}"));
  g_assert_null (inspector_details_json (gap));
}

static void
test_what_was_closed_stays_closed (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) one = item_of ("thinking_step", WHOLE_STEP);
  g_autoptr(InspectorChainItem) two = item_of ("thinking_step", WHOLE_STEP);

  inspector_detail_pane_set_item (f->pane, one);
  expand (f, "Reasoning", FALSE);
  expand (f, "Context", TRUE);
  inspector_detail_pane_set_item (f->pane, two);
  assert_not_says (f, "second|");
  assert_says (f, "hosts|3|");
}

static void
test_nothing_is_shown_of_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr(InspectorChainItem) item = item_of ("thinking_step", WHOLE_STEP);

  assert_says (f, "What a step says appears here.|");
  inspector_detail_pane_set_item (f->pane, item);
  g_assert_true (inspector_detail_pane_get_item (f->pane) == item);
  g_object_set (f->pane, "item", NULL, NULL);
  g_assert_null (inspector_detail_pane_get_item (f->pane));
  assert_says (f, "What a step says appears here.|");
  assert_not_says (f, "Parallel");
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

#define ADD(name, func) g_test_add ("/detail/" name, Fixture, NULL, setup, func, teardown)
  ADD ("every-member-of-a-step", test_every_member_of_a_step);
  ADD ("what-was-not-said-is-not-there", test_what_was_not_said_is_not_there);
  ADD ("a-step-took-until-the-next-one", test_a_step_took_until_the_next_one);
  ADD ("every-member-of-an-update", test_every_member_of_an_update);
  ADD ("a-start-and-an-end", test_a_start_and_an_end);
  ADD ("a-growing-step-grows-here-too", test_a_growing_step_grows_here_too);
  ADD ("json-is-made-on-demand", test_json_is_made_on_demand);
  ADD ("json-keeps-every-byte-but-white-space", test_json_keeps_every_byte_but_white_space);
  ADD ("what-was-closed-stays-closed", test_what_was_closed_stays_closed);
  ADD ("nothing-is-shown-of-nothing", test_nothing_is_shown_of_nothing);
  status = g_test_run ();

  display_stop ();
  return status;
}
