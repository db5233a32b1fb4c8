"""Every fault known of the framework under us: what it was, and the test that fails when it comes back.

`F1` to `F22` were measured by attacking a plain installation (docs of the security reference, section 0); `FAB §n.m`
are those of its screens, rights, row scope, speed, languages and schema, numbered in the order they are described.
"""

from __future__ import annotations

S, U = "tests/faults/security/", "tests/users/test_known_faults_of_the_framework_stay_closed.py::"
W = "tests/faults/framework/"
VIEWS = "tests/promises/test_gate_framework_views.py::"
PAGES = f"{W}test_pages_load_only_what_is_ours.py::"
LISTS = f"{W}test_a_list_costs_few_statements.py::"
CHOICES = f"{W}test_choices_offer_only_the_own_places.py::"
SPEAKS = f"{W}test_the_framework_speaks_our_languages.py::"
SCHEMA = f"{W}test_the_schema_is_ours.py::"
TABLES = f"{W}test_the_tables_of_the_framework_grant_nothing.py::"
API = f"{S}test_no_interface_for_programs_is_mounted.py::"
FOREIGN = f"{S}test_a_foreign_row_answers_like_none.py::test_a_foreign_row_and_no_row_give_one_and_the_same_answer"
FORMS = f"{S}test_a_form_takes_no_place_of_others.py::test_no_form_puts_anything_into_another_school"
FILLED = f"{S}test_the_address_fills_in_no_field_of_a_sent_form.py::test_what_stands_in_the_address_is_not_sent"
LINKS = f"{S}test_a_link_changes_nothing.py::test_what_a_form_does_no_link_does"
TOKEN = f"{API}test_a_cookie_without_a_token_writes_nothing"
ACTIONS = f"{VIEWS}test_actions_are_handed_no_foreign_row"
FILES = f"{W}test_no_file_is_fetched_by_its_name.py::test_no_address_but_our_own_static_files_takes_a_file_name"
MANY = f"{U}test_f17_a_page_holds_at_most_five_hundred_rows"
LOCKED_OUT = f"{U}test_f11_the_right_password_does_not_open_after_forty_wrong_ones"
NO_CHART = f"{PAGES}test_no_chart_of_the_framework_is_mounted"

FAULTS: dict[str, tuple[str, str]] = {
    "F1": (
        "bulk actions read rows without the filters",
        f"{S}test_a_bulk_act_is_refused_as_a_whole_for_one_foreign_id.py::test_one_foreign_id_among_own_ones_moves_nobody",
    ),
    "F2": ("a foreign key in the address tells that it exists", FOREIGN),
    "F3": ("a form takes a foreign key", FORMS),
    "F4": ("the address fills in what a form lacks", FILLED),
    "F5": (
        "hidden columns can be filtered and sorted by",
        f"{S}test_nothing_hidden_can_be_searched_or_sorted_by.py::test_an_argument_nobody_offered_changes_nothing",
    ),
    "F6": ("the interface lists and takes everything", f"{API}test_no_view_of_the_framework_serves_rows"),
    "F7": ("the interface writes for a cookie without a token", TOKEN),
    "F8": ("a cookie lives on after signing out", f"{U}test_f8_a_copied_cookie_is_dead_after_signing_out"),
    "F9": (
        "a cookie lives on after a reset",
        f"{U}test_f9_a_password_reset_ends_every_session_at_the_next_click_in_every_process",
    ),
    "F10": (
        "a cookie comes alive again with its account",
        f"{U}test_f10_disabling_ends_sessions_and_enabling_does_not_revive_them",
    ),
    "F11": ("forty wrong passwords, then the right one", LOCKED_OUT),
    "F12": ("an account above the own level is made", f"{U}test_f12_nobody_makes_an_account_above_the_own_level"),
    "F13": (
        "the same through the interface",
        f"{U}test_f13_there_is_no_second_road_to_users_roles_and_permissions",
    ),
    "F14": ("signing in leads to another site", f"{U}test_f14_signing_in_leads_nowhere_else"),
    "F15": (
        "no protecting header",
        f"{S}test_every_answer_is_armoured.py::test_every_kind_of_answer_carries_the_headers",
    ),
    "F16": (
        "malformed input is an accident",
        f"{S}test_what_cannot_be_read_is_refused.py::test_a_page_that_cannot_be_is_no_accident",
    ),
    "F17": ("a page of any size, signing out by a link", MANY),
    "F18": (
        "names become markup in a confirmation",
        f"{S}test_names_are_text_wherever_they_are_shown.py::test_no_script_of_ours_makes_markup_of_text",
    ),
    "F19": ("a link runs an action", LINKS),
    "F20": (
        "a plain install does not start",
        f"{S}test_the_locked_versions_start.py::test_what_the_framework_breaks_with_is_kept_out",
    ),
    "F21": (
        "known and unknown names take different times",
        f"{U}test_f21_a_known_and_an_unknown_name_cost_the_same_work_and_get_the_same_answer",
    ),
    "F22": (
        "lists below a row need no permission",
        (
            f"{S}test_what_hangs_on_a_row_needs_its_own_permission.py"
            "::test_a_list_below_a_student_is_empty_without_its_permission"
        ),
    ),
    "FAB §0.1": (
        "newer marshmallow stops the start",
        f"{S}test_the_locked_versions_start.py::test_what_the_framework_breaks_with_is_kept_out",
    ),
    "FAB §0.2": ("SQLA cannot be imported", f"{SCHEMA}test_there_is_one_register_of_tables"),
    "FAB §1.1": ("Bootstrap 3 and jQuery", f"{PAGES}test_a_page_loads_our_own_files_and_nothing_else"),
    "FAB §1.2": ("empty values read None", f"{PAGES}test_an_empty_value_is_not_shown_as_a_word_of_python"),
    "FAB §1.3": ("titles stay English", f"{PAGES}test_titles_speak_the_language_of_the_page"),
    "FAB §1.4": (
        "lists do not fit a phone",
        "tests/journeys/test_a_phone_shows_every_page.py::test_a_phone_shows_every_page",
    ),
    "FAB §1.5": ("a page says no language", f"{PAGES}test_a_page_says_its_language_and_its_icon_exists"),
    "FAB §1.6": ("no icon", f"{PAGES}test_a_page_says_its_language_and_its_icon_exists"),
    "FAB §1.7": ("inline scripts and styles", f"{PAGES}test_a_page_as_it_is_sent_has_nothing_inline"),
    "FAB §1.8": ("charts ask a server abroad and load all rows", NO_CHART),
    "FAB §2.1": ("patterns of permissions match beginnings", f"{TABLES}test_a_permission_is_compared_whole"),
    "FAB §2.2": ("user roles and groups give rights", f"{TABLES}test_a_role_in_the_framework_tables_opens_no_door"),
    "FAB §2.3": (
        "rules for passwords are off",
        f"{W}test_every_password_is_judged.py::test_whatever_digests_a_password_has_judged_it",
    ),
    "FAB §2.4": ("tries are counted by nobody, or by each process", LOCKED_OUT),
    "FAB §2.5": ("no lockout", LOCKED_OUT),
    "FAB §2.6": (
        "a reset ends no session",
        f"{U}test_f9_a_password_reset_ends_every_session_at_the_next_click_in_every_process",
    ),
    "FAB §2.7": (
        "cookies without flags",
        (
            f"{W}test_a_cookie_is_for_us_alone.py"
            "::test_every_cookie_is_kept_from_scripts_other_sites_and_plain_connections"
        ),
    ),
    "FAB §2.8": (
        "a password made by an administrator need not be changed",
        (
            "tests/users/test_user_administration_on_screen.py"
            "::test_whoever_holds_the_code_chooses_a_password_and_is_signed_in"
        ),
    ),
    "FAB §2.9": (
        "web tokens and keys open pages",
        f"{W}test_only_the_cookie_of_a_sign_in_opens_anything.py::test_no_header_signs_anybody_in",
    ),
    "FAB §2.10": ("the interface is left out of the token check", f"{API}test_nothing_is_exempt_from_the_token"),
    "FAB §2.11": ("a link runs an action without the token check", LINKS),
    "FAB §2.12": (
        "times without a zone, no writing without a browser",
        f"{W}test_rows_know_when_and_need_no_browser.py::test_every_time_we_keep_carries_its_zone",
    ),
    "FAB §2.13": (
        "SQL is shown to the user",
        f"{W}test_an_accident_tells_nothing_of_the_database.py::test_a_broken_statement_is_a_number_to_tell_support",
    ),
    "FAB §2.14": (
        "a duplicate is an accident",
        f"{W}test_an_accident_tells_nothing_of_the_database.py::test_a_duplicate_is_a_conflict_in_words",
    ),
    "FAB §2.15": ("any file by its name", FILES),
    "FAB §3.1": ("list, page, form and deletion of a foreign row", FOREIGN),
    "FAB §3.2": ("lists below a row, lists filtered by it", f"{VIEWS}test_the_lists_below_a_row_are_of_that_row"),
    "FAB §3.3": (
        "the choices of a query form",
        f"{CHOICES}test_forms_and_query_forms_offer_nothing_of_another_school",
    ),
    "FAB §3.4": ("the choices of a form", f"{CHOICES}test_forms_and_query_forms_offer_nothing_of_another_school"),
    "FAB §3.5": ("adding with a foreign key", FORMS),
    "FAB §3.6": ("moving an own row to another school", FORMS),
    "FAB §3.7": ("a field prefilled by the address", FILLED),
    "FAB §3.8": ("bulk acts on foreign ids", ACTIONS),
    "FAB §3.9": ("single acts on a foreign id", ACTIONS),
    "FAB §3.10": ("the interface tells the values of relations", f"{API}test_no_view_of_the_framework_serves_rows"),
    "FAB §3.11": ("the interface takes foreign keys", f"{API}test_no_view_of_the_framework_serves_rows"),
    "FAB §3.12": (
        "uniqueness tells who is elsewhere",
        "tests/promises/test_gate_leaks.py::test_entering_somebody_who_is_known_elsewhere_tells_only_that_it_is_so",
    ),
    "FAB §3.13": ("downloads without a row", FILES),
    "FAB §3.14": ("charts over everybody's rows", NO_CHART),
    "FAB §3.15": ("a foreign master row is an accident", f"{VIEWS}test_the_lists_below_a_row_are_of_that_row"),
    "FAB §3.16": ("suggestions while typing", f"{CHOICES}test_what_is_suggested_while_typing_is_ones_own"),
    "FAB §3.17": ("requests share their filters", f"{VIEWS}test_two_requests_at_once_keep_their_own_filters"),
    "FAB §4.1": (
        "25 statements a page",
        f"{LISTS}test_a_page_sends_few_statements_however_many_rows_it_shows",
    ),
    "FAB §4.2": ("20,000 choices in a form", f"{CHOICES}test_a_relation_with_many_choices_is_searched_not_listed"),
    "FAB §4.3": ("pages without an order", f"{LISTS}test_the_rows_of_a_page_stand_in_an_order_that_is_whole"),
    "FAB §4.4": ("everything is counted", f"{LISTS}test_counting_stops_at_ten_thousand_and_loads_no_column"),
    "FAB §4.5": (
        "searching reads the whole table",
        "tests/students/test_students_are_found_by_the_index.py::test_part_of_a_name_is_found_by_the_index",
    ),
    "FAB §4.6": ("a page of any size", MANY),
    "FAB §4.7": ("whole rows are loaded", f"{LISTS}test_a_list_loads_the_columns_it_shows"),
    "FAB §4.8": ("jumping to row 999,975", f"{LISTS}test_nobody_jumps_beyond_ten_thousand_rows"),
    "FAB §5.1": (
        "25 words without Chinese",
        f"{SPEAKS}test_what_the_framework_left_untranslated_is_translated_by_us",
    ),
    "FAB §5.2": (
        "whose translation wins",
        f"{SPEAKS}test_what_the_framework_left_untranslated_is_translated_by_us",
    ),
    "FAB §5.3": ("a cookie for every visitor", f"{SPEAKS}test_who_only_passes_by_gets_no_cookie"),
    "FAB §5.4": ("no language per user", f"{SPEAKS}test_signing_in_brings_the_language_of_the_account"),
    "FAB §5.5": ("times of the server", f"{SPEAKS}test_times_are_those_of_china_wherever_the_server_stands"),
    "FAB §6.1": ("constraints without names", f"{SCHEMA}test_every_constraint_has_a_name_migrations_can_use"),
    "FAB §6.2": ("tables made at start", f"{SCHEMA}test_making_the_application_asks_the_database_nothing"),
    "FAB §6.3": ("1,770 statements at start", f"{SCHEMA}test_making_the_application_asks_the_database_nothing"),
    "FAB §6.4": (
        "starts at one instant collide",
        (
            f"{W}test_starts_at_one_instant_wait_for_each_other.py"
            "::test_a_start_waits_while_another_migrates_and_finds_everything_done"
        ),
    ),
    "FAB §6.5": ("two registers of tables", f"{SCHEMA}test_there_is_one_register_of_tables"),
}
