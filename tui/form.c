/* form: see form.h. */
#include "tui/form.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "config/table.h"
#include "config/value.h"

enum {
    LABEL_COLS = 17,
    VALUE_LEAST = 8, /* columns of a value; narrower windows shorten the labels */
    PAGE = 10,
    FILE_BYTES_MAX = 1 << 20,
};

struct field {
    const struct form_field *about;
    const struct table_row *row;
    char text[VALUE_TEXT_MAX];
    char trouble[ERR_TEXT_MAX]; /* "" = the text is a value */
};

struct form {
    struct field *field;
    int count, chosen;
    bool typing;
    int at;                    /* byte of the cursor in the text */
    char kept[VALUE_TEXT_MAX]; /* what stood there before typing */
    int top;                   /* first line shown */
};

static struct field *chosen(struct form *f)
{
    return &f->field[f->chosen];
}

static void check(struct field *d)
{
    struct err err = {""};
    value_parse(d->row, d->text, NULL, &err);
    snprintf(d->trouble, sizeof d->trouble, "%s", err.text);
}

static void put(struct field *d, const char *text)
{
    snprintf(d->text, sizeof d->text, "%s", text);
    check(d);
}

struct form *form_new(const struct form_field *fields, int count)
{
    assert(count > 0);
    struct form *f = mem_zalloc(1, sizeof *f);
    f->field = mem_zalloc((size_t)count, sizeof *f->field);
    f->count = count;
    for (int i = 0; i < count; i++) {
        f->field[i].about = &fields[i];
        f->field[i].row = table_find(fields[i].section, fields[i].key);
        assert(f->field[i].row != NULL);
        put(&f->field[i], f->field[i].row->def);
    }
    return f;
}

void form_free(struct form *f)
{
    if (f != NULL)
        free(f->field);
    free(f);
}

void form_set(struct form *f, const struct opts *opts)
{
    char text[VALUE_TEXT_MAX];
    for (int i = 0; i < f->count; i++) {
        value_format(f->field[i].row, opts, text);
        put(&f->field[i], text);
    }
}

int form_get(struct form *f, struct opts *opts, struct err *err)
{
    for (int i = 0; i < f->count; i++)
        if (value_parse(f->field[i].row, f->field[i].text, opts, err) != 0) {
            f->chosen = i;
            return err_prefix(err, "%s \"%.100s\"", f->field[i].about->label, f->field[i].text);
        }
    return 0;
}

static struct field *find(const struct form *f, const char *section, const char *key)
{
    for (int i = 0; i < f->count; i++)
        if (strcmp(f->field[i].about->section, section) == 0 &&
            strcmp(f->field[i].about->key, key) == 0)
            return &f->field[i];
    return NULL;
}

const char *form_text(const struct form *f, const char *section, const char *key)
{
    const struct field *d = find(f, section, key);
    return d != NULL ? d->text : NULL;
}

void form_choose(struct form *f, const char *section, const char *key)
{
    const struct field *d = find(f, section, key);
    if (d != NULL && !f->typing)
        f->chosen = (int)(d - f->field);
}

int form_wrong(const struct form *f)
{
    int wrong = 0;
    for (int i = 0; i < f->count; i++)
        wrong += f->field[i].trouble[0] != '\0';
    return wrong;
}

const struct table_row *form_row(const struct form *f)
{
    return f->field[f->chosen].row;
}

const char *form_value(const struct form *f)
{
    return f->field[f->chosen].text;
}

const char *form_trouble(const struct form *f)
{
    return f->field[f->chosen].trouble;
}

bool form_typing(const struct form *f)
{
    return f->typing;
}

/* ---- the state file --------------------------------------------------------------------------*/

/* One line "section.key=value". */
static void load_line(struct form *f, char *line)
{
    char *value = strchr(line, '='), *key = strchr(line, '.');
    if (value == NULL || key == NULL || key > value)
        return;
    *key++ = '\0';
    *value++ = '\0';
    struct field *d = find(f, line, key);
    if (d != NULL && value_parse(d->row, value, NULL, NULL) == 0)
        put(d, value);
}

void form_load(struct form *f, const char *path)
{
    size_t size;
    char *text = file_read(path, FILE_BYTES_MAX, &size, NULL), *rest = NULL;
    if (text == NULL)
        return;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
        load_line(f, line);
    free(text);
}

int form_save(const struct form *f, const char *path, struct err *err)
{
    char *text = mem_strdup("");
    for (int i = 0; i < f->count; i++) {
        const struct field *d = &f->field[i];
        if (d->trouble[0] != '\0')
            continue;
        char *more = mem_printf("%s%s.%s=%s\n", text, d->row->section, d->row->key, d->text);
        free(text);
        text = more;
    }
    char *folder = mem_strdup(path), *slash = strrchr(folder, '/');
    if (slash != NULL && slash != folder)
        *slash = '\0';
    int rc = slash != NULL && slash != folder ? file_mkdirs(folder, err) : 0;
    if (rc == 0)
        rc = file_write_atomic(path, text, strlen(text), err);
    free(folder);
    free(text);
    return rc;
}

/* ---- keys ------------------------------------------------------------------------------------*/

static bool is_choice(const struct table_row *row)
{
    return row->type == TABLE_BOOL || row->type == TABLE_ENUM;
}

/* The next or previous of an option's words. */
static void step_choice(struct field *d, int step)
{
    static const char *const switches[] = {"false", "true", NULL};
    const char *const *names = d->row->type == TABLE_BOOL ? switches : d->row->names;
    int n = 0, at = 0;
    for (; names[n] != NULL; n++)
        if (strcmp(names[n], d->text) == 0)
            at = n;
    put(d, names[(at + step + n) % n]);
}

static void select_field(struct form *f, int to)
{
    f->chosen = to < 0 ? 0 : to >= f->count ? f->count - 1 : to;
}

static void begin(struct form *f)
{
    f->typing = true;
    f->at = (int)strlen(chosen(f)->text);
    snprintf(f->kept, sizeof f->kept, "%s", chosen(f)->text);
}

/* The byte where the character before or after `at` begins. */
static int before(const char *text, int at)
{
    while (at > 0 && ((unsigned char)text[--at] & 0xc0) == 0x80)
        continue;
    return at;
}

static int after(const char *text, int at)
{
    if (text[at] != '\0')
        at++;
    while (((unsigned char)text[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static void cut(struct form *f, int from, int to)
{
    char *text = chosen(f)->text;
    memmove(text + from, text + to, strlen(text + to) + 1);
    f->at = from;
    check(chosen(f));
}

static void insert(struct form *f, int key)
{
    struct field *d = chosen(f);
    size_t n = strlen(d->text),
           room = d->row->size + 2 < sizeof d->text ? d->row->size + 2 : sizeof d->text;
    if (is_choice(d->row) || d->row->type == TABLE_INT || d->row->type == TABLE_REAL)
        room = 40; /* a number, however wrong */
    if (n + 1 >= room)
        return;
    memmove(d->text + f->at + 1, d->text + f->at, n - (size_t)f->at + 1);
    d->text[f->at++] = (char)key;
    check(d);
}

/* Where the last word before the cursor begins. */
static int word_before(const char *text, int at)
{
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '/'))
        at--;
    while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '/')
        at--;
    return at;
}

/* Keys that edit; false: it is none of them. */
static bool edit_key(struct form *f, int key)
{
    char *text = chosen(f)->text;
    int end = (int)strlen(text);
    if (key == KEY_LEFT)
        f->at = before(text, f->at);
    else if (key == KEY_RIGHT)
        f->at = after(text, f->at);
    else if (key == KEY_HOME || key == ('A' & 31))
        f->at = 0;
    else if (key == KEY_END || key == ('E' & 31))
        f->at = end;
    else if (key == KEY_BACKSPACE || key == 127 || key == 8)
        cut(f, before(text, f->at), f->at);
    else if (key == KEY_DC)
        cut(f, f->at, after(text, f->at));
    else if (key == ('U' & 31))
        cut(f, 0, f->at);
    else if (key == ('W' & 31))
        cut(f, word_before(text, f->at), f->at);
    else if (key >= ' ' && key < 256 && key != 127)
        insert(f, key);
    else
        return false;
    return true;
}

static bool typing_key(struct form *f, int key)
{
    if (edit_key(f, key))
        return true;
    if (key == 27)
        put(chosen(f), f->kept);
    if (key == 27 || key == '\r' || key == '\n' || key == KEY_ENTER) {
        f->typing = false;
        return true;
    }
    if (key == KEY_UP || key == KEY_DOWN || key == '\t' || key == KEY_BTAB) {
        f->typing = false;
        select_field(f, f->chosen + (key == KEY_UP || key == KEY_BTAB ? -1 : 1));
        return true;
    }
    return key != ('C' & 31); /* what else there is waits until the value stands */
}

static bool list_key(struct form *f, int key)
{
    switch (key) {
    case KEY_UP:
    case 'k':
    case KEY_BTAB:
        select_field(f, f->chosen - 1);
        return true;
    case KEY_DOWN:
    case 'j':
    case '\t':
        select_field(f, f->chosen + 1);
        return true;
    case KEY_PPAGE:
    case 'U' & 31:
        select_field(f, f->chosen - PAGE);
        return true;
    case KEY_NPAGE:
    case 'D' & 31:
        select_field(f, f->chosen + PAGE);
        return true;
    case KEY_HOME:
    case 'g':
        select_field(f, 0);
        return true;
    case KEY_END:
    case 'G':
        select_field(f, f->count - 1);
        return true;
    default:
        return false;
    }
}

bool form_key(struct form *f, int key)
{
    if (f->typing)
        return typing_key(f, key);
    if (list_key(f, key))
        return true;
    struct field *d = chosen(f);
    bool choice = is_choice(d->row);
    if (key == '\r' || key == '\n' || key == KEY_ENTER || key == ' ') {
        if (choice)
            step_choice(d, 1);
        else
            begin(f);
        return true;
    }
    if (key == KEY_BACKSPACE || key == 127 || key == 8 || key == KEY_DC) {
        put(d, d->row->def);
        return true;
    }
    if (!choice || (key != KEY_LEFT && key != KEY_RIGHT && key != 'h' && key != 'l'))
        return false;
    step_choice(d, key == KEY_LEFT || key == 'h' ? -1 : 1);
    return true;
}

/* ---- drawing ---------------------------------------------------------------------------------*/

/* The line of a field, titles and the blank lines before them counted. */
static int line_of(const struct form *f, int field)
{
    int y = -1;
    for (int i = 0; i <= field; i++)
        y += f->field[i].about->title == NULL ? 1 : i == 0 ? 2 : 3;
    return y;
}

static void scroll_to(struct form *f, int rows)
{
    int y = line_of(f, f->chosen), last = line_of(f, f->count - 1);
    int above = f->field[f->chosen].about->title != NULL ? 1 : 0;
    if (y - above < f->top)
        f->top = y - above;
    if (y >= f->top + rows)
        f->top = y - rows + 1;
    if (f->top > last - rows + 1)
        f->top = last - rows + 1;
    if (f->top < 0)
        f->top = 0;
}

/* The text while it is typed: the part around the cursor; returns the cursor's column. */
static int draw_typing(const struct form *f, const struct style *s, WINDOW *win, int y, int x,
                       int width)
{
    const char *text = f->field[f->chosen].text;
    int from = 0, column = 0;
    for (int i = 0; i < f->at; i = after(text, i))
        column++;
    for (; column >= width && column > 0; column--)
        from = after(text, from);
    struct ink ink = style_role(s, STYLE_SELECTED);
    for (int i = 0; i < width; i++)
        style_put(win, y, x + i, L' ', ink);
    style_text(s, win, y, x, width, ink, text + from);
    struct ink mark = {.attr = ink.attr ^ A_REVERSE, .pair = ink.pair};
    char under[8] = " ";
    if (text[f->at] != '\0')
        snprintf(under, sizeof under, "%.*s", after(text, f->at) - f->at, text + f->at);
    style_text(s, win, y, x + column, 1, mark, under);
    return x + column;
}

static struct ink value_ink(const struct field *d, const struct style *s, bool here)
{
    struct ink ink = style_role(s, STYLE_TEXT);
    if (d->trouble[0] != '\0')
        ink = style_role(s, STYLE_WARN);
    else if (strcmp(d->text, d->row->def) == 0)
        ink = style_role(s, STYLE_DIM);
    else
        ink.attr |= A_BOLD;
    if (here)
        ink = style_role(s, STYLE_SELECTED);
    return ink;
}

/* A value in words: what is empty is said. */
static const char *shown(const struct field *d)
{
    if (d->row->type == TABLE_BOOL)
        return strcmp(d->text, "true") == 0    ? "yes"
               : strcmp(d->text, "false") == 0 ? "no"
                                               : d->text;
    return d->text[0] != '\0' ? d->text : "-";
}

static void draw_field(const struct form *f, const struct style *s, WINDOW *win, int i, int y)
{
    const struct field *d = &f->field[i];
    int cols = getmaxx(win);
    int label = cols - LABEL_COLS >= VALUE_LEAST ? LABEL_COLS : cols / 2;
    bool here = i == f->chosen;
    struct ink ink = style_role(s, here ? STYLE_KEY : STYLE_TEXT);
    style_text(s, win, y, 1, label - 2, ink, d->about->label);
    if (here)
        wmove(win, y, 0);
    if (here && f->typing) {
        wmove(win, y, draw_typing(f, s, win, y, label, cols - label - 1));
        return;
    }
    int x = label;
    bool choice = here && is_choice(d->row);
    if (choice)
        x += style_text(s, win, y, x, 2, style_role(s, STYLE_DIM), s->utf8 ? "◂ " : "< ");
    x += style_text(s, win, y, x, cols - x - 1, value_ink(d, s, here), shown(d));
    if (choice)
        style_text(s, win, y, x, 2, style_role(s, STYLE_DIM), s->utf8 ? " ▸" : " >");
    else if (d->row->unit != NULL && d->trouble[0] == '\0')
        style_text(s, win, y, x + 1, cols - x - 1, style_role(s, STYLE_DIM), d->row->unit);
    if (d->trouble[0] != '\0')
        style_text(s, win, y, x + 1, cols - x - 1, style_role(s, STYLE_WARN), d->trouble);
}

void form_draw(struct form *f, const struct style *s, WINDOW *win)
{
    int rows = getmaxy(win), cols = getmaxx(win), cursor_y = 0, cursor_x = 0;
    werase(win);
    scroll_to(f, rows);
    for (int i = 0; i < f->count; i++) {
        int y = line_of(f, i) - f->top;
        if (f->field[i].about->title != NULL && y - 1 >= 0 && y - 1 < rows)
            style_text(s, win, y - 1, 0, cols, style_role(s, STYLE_TITLE),
                       f->field[i].about->title);
        if (y < 0 || y >= rows)
            continue;
        draw_field(f, s, win, i, y);
        if (i == f->chosen)
            getyx(win, cursor_y, cursor_x);
    }
    wmove(win, cursor_y, cursor_x);
}
