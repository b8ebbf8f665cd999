#!/usr/bin/env python3
# test-retired-names.py - newer releases of GTK and libadwaita retire names: none of them is used, or in one file only
#
# SPDX-License-Identifier: GPL-3.0-or-later
"""usage: test-retired-names.py DIRECTORY: looks at every .c, .h and .ui file in it; speaks TAP."""
import os
import re
import sys

# Deprecated in GTK 4.10 to 4.18 or libadwaita 1.4 to 1.6, with another way that is there in GTK 4.8 already.
NOWHERE = [
    r"gtk_widget_(?:show|hide)\b", r"gtk_widget_get_allocat\w*", r"gtk_widget_get_style_context", r"gtk_style_context_\w+",
    r"gtk_dialog_\w+", r"Gtk(?:Message)?Dialog\b", r"gtk_message_dialog_\w+", r"gtk_show_uri\w*", r"gtk_render_\w+",
    r"gtk_css_provider_load_from_data", r"gtk_widget_translate_coordinates", r"gtk_snapshot_render_\w+",
    r"(?:GtkTreeView|GTK_TREE_VIEW|gtk_tree_view_\w+)", r"(?:GtkComboBox|gtk_combo_box_\w+)\w*", r"GtkIconView",
    r"(?:GtkInfoBar|gtk_info_bar_\w+)", r"GtkStatusbar", r"GtkAssistant", r"GtkVolumeButton", r"GtkLockButton",
    r"GtkAppChooser\w*", r"Gtk(?:Color|Font)(?:Button|Chooser)\w*", r"GtkEntryCompletion", r"GtkShortcutLabel",
    r"(?:AdwFlap|ADW_FLAP|adw_flap_\w+)", r"(?:AdwLeaflet|adw_leaflet_\w+)", r"(?:AdwSqueezer|adw_squeezer_\w+)",
    r"AdwViewSwitcherTitle", r"AdwEnumListModel", r"gtk_gesture_set_sequence_state", r"gtk_file_chooser_\w*set_file\b",
]
# With another name from some release on, chosen by its version in inspector-compat.
COMPAT = [
    r"(?:AdwAboutWindow|adw_(?:show_)?about_window\w*)", r"(?:AdwPreferencesWindow|adw_preferences_window_\w+)",
    r"(?:AdwMessageDialog|adw_message_dialog_\w+)", r"(?:GtkFileChooserNative|gtk_file_chooser_\w+)",
]
HELP = [r"GtkShortcuts\w+", r"gtk_shortcuts_window_\w+"]


def allowed_in(name):
    allowed = []
    if name.startswith("inspector-compat."):
        allowed += COMPAT
    if name == "help-overlay.ui":
        allowed += HELP
    return allowed


def main():
    failed = number = 0
    for folder, folders, names in sorted(os.walk(sys.argv[1])):
        folders.sort()
        for name in sorted(names):
            if not name.endswith((".c", ".h", ".ui")):
                continue
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            number += 1
            allowed = allowed_in(name)
            found = [match.group() for rule in NOWHERE + COMPAT + HELP if rule not in allowed
                     for match in re.finditer(r"\b(?:%s)" % rule, text)]
            print("%s %d - %s" % ("not ok" if found else "ok", number, name))
            for word in found:
                print("# %s is retired" % word)
            failed += bool(found)
    print("1..%d" % number)
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
