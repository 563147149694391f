/* The form of options: typing, choosing, checking, and what stays for the next time. */
#include "tests/unit/screen.h"

#include "base/file.h"
#include "config/config.h"
#include "tui/form.h"

static const struct form_field fields[] = {
    {"train", "data", "data", "What"},         {"train", "name", "name", NULL},
    {"train", "epochs", "epochs", "How long"}, {"train", "lr", "learning rate", NULL},
    {"train", "schedule", "schedule", NULL},   {"train", "flip", "mirror", "Augmentation"},
    {"train", "rotate", "rotate", NULL},
};

static struct form *new_form(void)
{
    return form_new(fields, MEM_COUNT(fields));
}

static void type(struct form *f, const char *keys)
{
    for (; *keys != '\0'; keys++)
        assert_true(form_key(f, (unsigned char)*keys));
}

static void values_begin_as_defaults(void **state)
{
    (void)state;
    struct form *f = new_form();
    struct config c;
    struct err err = {""};
    config_init(&c);
    c.opts.train.epochs = 7;
    assert_int_equal(form_get(f, &c.opts, &err), 0);
    assert_int_equal(c.opts.train.epochs, 40);
    c.opts.train.epochs = 9;
    c.opts.train.flip = false;
    snprintf(c.opts.train.data, sizeof c.opts.train.data, "a b.csv");
    form_set(f, &c.opts);
    assert_string_equal(form_text(f, "train", "epochs"), "9");
    assert_string_equal(form_text(f, "train", "flip"), "false");
    assert_string_equal(form_text(f, "train", "data"), "a b.csv");
    assert_null(form_text(f, "train", "batch"));
    config_free(&c);
    form_free(f);
}

static void every_key_is_checked_with_the_tables_words(void **state)
{
    (void)state;
    struct form *f = new_form();
    form_choose(f, "train", "epochs");
    assert_false(form_key(f, '7')); /* a digit is somebody else's until typing begins */
    type(f, "\r\025");
    assert_true(form_typing(f));
    assert_string_equal(form_trouble(f), "expected a whole number from 1 to 100000");
    type(f, "12");
    assert_string_equal(form_trouble(f), "");
    type(f, ".5");
    assert_string_equal(form_trouble(f), "expected a whole number from 1 to 100000");
    assert_int_equal(form_wrong(f), 1);
    type(f, "\177\177\r");
    assert_false(form_typing(f));
    assert_string_equal(form_text(f, "train", "epochs"), "12");
    form_choose(f, "train", "lr");
    type(f, "\r\0250");
    assert_string_equal(form_trouble(f), "expected a number above 0 and at most 100");
    assert_true(form_key(f, 27)); /* as it was */
    assert_string_equal(form_text(f, "train", "lr"), "0.05");
    assert_int_equal(form_wrong(f), 0);
    form_free(f);
}

static void a_wrong_value_is_named_and_chosen(void **state)
{
    (void)state;
    struct form *f = new_form();
    struct config c;
    struct err err = {""};
    config_init(&c);
    form_choose(f, "train", "rotate");
    type(f, "\r\025181\r");
    form_choose(f, "train", "data");
    assert_int_equal(form_get(f, &c.opts, &err), -1);
    assert_string_equal(err.text, "rotate \"181\": expected a number from 0 to 180");
    assert_string_equal(form_row(f)->key, "rotate");
    config_free(&c);
    form_free(f);
}

static void choices_step_and_wrap(void **state)
{
    (void)state;
    struct form *f = new_form();
    form_choose(f, "train", "schedule");
    assert_true(form_key(f, KEY_LEFT));
    assert_string_equal(form_value(f), "plateau");
    assert_true(form_key(f, KEY_RIGHT));
    type(f, "\r");
    assert_string_equal(form_value(f), "constant");
    assert_true(form_key(f, KEY_BACKSPACE)); /* the default */
    assert_string_equal(form_value(f), "cosine");
    form_choose(f, "train", "flip");
    type(f, " ");
    assert_string_equal(form_value(f), "false");
    type(f, "l");
    assert_string_equal(form_value(f), "true");
    assert_false(form_key(f, 's'));
    form_free(f);
}

static void the_cursor_moves_by_characters(void **state)
{
    (void)state;
    struct form *f = new_form();
    form_choose(f, "train", "name");
    type(f, "\rf\xc3\xbcr");
    assert_true(form_key(f, KEY_LEFT));
    type(f, "\177\177");
    assert_string_equal(form_value(f), "r");
    type(f, "one two");
    assert_string_equal(form_value(f), "one twor");
    type(f, "\027");
    assert_string_equal(form_value(f), "one r");
    assert_true(form_key(f, KEY_HOME));
    assert_true(form_key(f, KEY_DC));
    assert_string_equal(form_value(f), "ne r");
    for (int i = 0; i < 3000; i++)
        type(f, "x");
    assert_int_equal(form_wrong(f), 1); /* a name has 63 bytes */
    assert_non_null(strstr(form_trouble(f), "at most 63 bytes"));
    assert_true(form_key(f, KEY_DOWN));
    assert_false(form_typing(f));
    assert_string_equal(form_row(f)->key, "epochs");
    form_free(f);
}

static void the_last_values_are_kept(void **state)
{
    (void)state;
    char dir[] = "/tmp/moodtop-test-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *path = mem_printf("%s/a/b/train", dir);
    struct err err = {""};
    struct form *f = new_form();
    form_load(f, path); /* not there yet */
    form_choose(f, "train", "data");
    type(f, "\r/x=y/z.csv\r");
    form_choose(f, "train", "epochs");
    type(f, "\r\025many\r"); /* wrong: not kept */
    form_choose(f, "train", "rotate");
    type(f, "\r\0253\r");
    assert_int_equal(form_save(f, path, &err), 0);
    form_free(f);
    f = new_form();
    form_load(f, path);
    assert_string_equal(form_text(f, "train", "data"), "/x=y/z.csv");
    assert_string_equal(form_text(f, "train", "epochs"), "40");
    assert_string_equal(form_text(f, "train", "rotate"), "3");
    static const char bad[] = "train.epochs=1e99\nrotate\n=\ntrain.rotate=2\n.\ntrain.gone=1\n";
    assert_int_equal(file_write_atomic(path, bad, strlen(bad), &err), 0);
    form_load(f, path);
    assert_string_equal(form_text(f, "train", "epochs"), "40");
    assert_string_equal(form_text(f, "train", "rotate"), "2");
    char *command = mem_printf("rm -rf %s", dir);
    assert_int_equal(system(command), 0);
    free(command);
    free(path);
    form_free(f);
}

static struct screen term;

static void draw_any(WINDOW *win, void *ctx)
{
    form_draw(ctx, term.style, win);
}

static void no_size_is_too_small(void **state)
{
    (void)state;
    struct ui_opts ui = {0};
    screen_open(&term, "xterm-256color", &ui, 64, 204);
    struct form *f = new_form();
    screen_all_sizes(draw_any, f);
    form_choose(f, "train", "data");
    type(f, "\r/a/long/path/that/fits/nowhere/at/all/but/must/show/its/end.csv");
    screen_all_sizes(draw_any, f);
    WINDOW *win = newpad(5, 40);
    form_draw(f, term.style, win);
    assert_non_null(strstr(screen_text(win), "its/end.csv"));
    assert_non_null(strstr(screen_text(win), "What\n"));
    type(f, "\r");
    form_choose(f, "train", "rotate");
    form_draw(f, term.style, win);
    assert_non_null(strstr(screen_text(win), " rotate          15 degrees"));
    assert_non_null(strstr(screen_text(win), "Augmentation\n mirror          yes"));
    assert_null(strstr(screen_text(win), "What\n"));
    delwin(win);
    form_free(f);
    screen_close(&term);
}

int main(void)
{
    screen_locale();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_begin_as_defaults),
        cmocka_unit_test(every_key_is_checked_with_the_tables_words),
        cmocka_unit_test(a_wrong_value_is_named_and_chosen),
        cmocka_unit_test(choices_step_and_wrap),
        cmocka_unit_test(the_cursor_moves_by_characters),
        cmocka_unit_test(the_last_values_are_kept),
        cmocka_unit_test(no_size_is_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
