/* flags: see flags.h. Main thread (getopt_long keeps its state in globals). */
#include "config/flags.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* Values of struct option: beyond any letter. */
enum { CONFIG_FILE = 256, HELP, VERSION, FIRST_ROW };

/* The place of the row's section in "SECTION SECTION general"; -1 if it is not there. */
static int rank(const char *sections, const struct table_row *row)
{
    int at = -1;
    if (strcmp(row->section, "general") == 0)
        return 1 << 20;
    return text_in_list(sections, row->section, &at) ? at : -1;
}

/* Whether another option of the command, listed earlier, has the same flag (or letter). */
static bool taken(const char *sections, const struct table_row *row, bool letter)
{
    char mine[TABLE_FLAG_MAX], other[TABLE_FLAG_MAX];
    table_flag(row, mine);
    for (int i = 0; i < table_count; i++) {
        const struct table_row *r = &table_rows[i];
        int place = rank(sections, r);
        if (place < 0 || place >= rank(sections, row))
            continue;
        table_flag(r, other);
        if (letter ? r->letter == row->letter : strcmp(mine, other) == 0)
            return true;
    }
    return false;
}

bool flags_spell(const char *sections, const struct table_row *row, char *out)
{
    char flag[TABLE_FLAG_MAX];
    if (rank(sections, row) < 0)
        return false;
    table_flag(row, flag);
    if (taken(sections, row, false))
        table_long_flag(row, flag);
    snprintf(out, TABLE_FLAG_MAX + 8, "--%s", flag);
    return true;
}

bool flags_letter(const char *sections, const struct table_row *row)
{
    return row->letter != 0 && rank(sections, row) >= 0 && !taken(sections, row, true);
}

/* ---- getopt's tables ---- */

struct tables {
    struct option *option; /* ends with zeros; owns the names */
    int count;
    char letters[3 * 64];
};

static void add_name(struct tables *t, int argument, int value, char *name)
{
    for (int i = 0; i < t->count; i++) {
        if (strcmp(t->option[i].name, name) == 0) {
            free(name);
            return;
        }
    }
    t->option[t->count++] = (struct option){name, argument, NULL, value};
}

/* Value of a row in struct option: even offsets set it, odd ones are --no-FLAG. */
static int row_value(int row, bool off)
{
    return FIRST_ROW + 2 * row + (off ? 1 : 0);
}

static void add_row(struct tables *t, const char *sections, int index)
{
    const struct table_row *row = &table_rows[index];
    char spelled[TABLE_FLAG_MAX + 8], flag[TABLE_FLAG_MAX];
    if (!flags_spell(sections, row, spelled))
        return;
    table_long_flag(row, flag);
    int argument = row->counts               ? no_argument
                   : row->type == TABLE_BOOL ? optional_argument
                                             : required_argument;
    add_name(t, argument, row_value(index, false), mem_strdup(spelled + 2));
    add_name(t, argument, row_value(index, false), mem_strdup(flag));
    if (row->type == TABLE_BOOL) {
        add_name(t, no_argument, row_value(index, true), mem_printf("no-%s", spelled + 2));
        add_name(t, no_argument, row_value(index, true), mem_printf("no-%s", flag));
    }
    if (flags_letter(sections, row)) {
        size_t used = strlen(t->letters);
        snprintf(t->letters + used, sizeof t->letters - used, "%c%s", row->letter,
                 argument == no_argument ? "" : ":");
    }
}

static void tables_make(struct tables *t, const char *sections, bool leading)
{
    memset(t, 0, sizeof *t);
    t->option = mem_zalloc((size_t)table_count * 4 + 8, sizeof *t->option);
    snprintf(t->letters, sizeof t->letters, "%s:hV", leading ? "+" : "");
    add_name(t, required_argument, CONFIG_FILE, mem_strdup("config"));
    add_name(t, no_argument, HELP, mem_strdup("help"));
    add_name(t, no_argument, VERSION, mem_strdup("version"));
    for (int i = 0; i < table_count; i++)
        add_row(t, sections, i);
}

static void tables_free(struct tables *t)
{
    for (int i = 0; i < t->count; i++)
        free((char *)(uintptr_t)t->option[i].name);
    free(t->option);
}

/* ---- errors ---- */

/* Lists in out the long flags that begin with name, if there are several. */
static int count_prefixed(const struct tables *t, const char *name, char *out, size_t size)
{
    int n = 0;
    out[0] = '\0';
    for (int i = 0; i < t->count; i++) {
        if (strncmp(t->option[i].name, name, strlen(name)) != 0)
            continue;
        size_t used = strlen(out);
        snprintf(out + used, size - used, "%s--%s", n++ > 0 ? ", " : "", t->option[i].name);
    }
    return n;
}

static int unknown_flag(const struct tables *t, const char *word, struct err *err)
{
    char name[TABLE_FLAG_MAX], many[ERR_TEXT_MAX / 2];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    if (count_prefixed(t, name, many, sizeof many) > 1)
        return err_set(err, "--%s: more than one option begins so: %s", name, many);
    const char *best = NULL;
    for (int i = 0; i < t->count; i++)
        text_nearer(name, t->option[i].name, &best);
    for (int i = 0; i < table_count; i++) {
        char flag[TABLE_FLAG_MAX], full[TABLE_FLAG_MAX];
        table_flag(&table_rows[i], flag);
        table_long_flag(&table_rows[i], full);
        if (strcmp(flag, name) == 0 || strcmp(full, name) == 0)
            return err_set(err,
                           "--%s: an option of the section [%s], which this command does not use",
                           name, table_rows[i].section);
    }
    if (best != NULL)
        return err_set(err, "--%s: no such option; did you mean --%s?", name, best);
    return err_set(err, "--%s: no such option", name);
}

/* What getopt_long's '?' or ':' was about; word is the argument that it stopped at. */
static int complain(const struct tables *t, int code, const char *word, struct err *err)
{
    bool is_long = optopt == 0 || optopt >= CONFIG_FILE;
    if (code == ':' && is_long)
        return err_set(err, "%s: expected a value after it", word);
    if (code == ':')
        return err_set(err, "-%c: expected a value after it", optopt);
    if (is_long && optopt != 0)
        return err_set(err, "%s: expected no value", word);
    if (is_long)
        return unknown_flag(t, word, err);
    return err_set(err, "-%c: no such option", optopt);
}

/* ---- parsing ---- */

static void add_value(struct flags *f, const char *sections, int index, bool off)
{
    const struct table_row *row = &table_rows[index];
    static const char *const numerals[] = {"1", "2", "3"};
    int times = 0;
    for (int i = 0; i < f->count; i++)
        times += f->value[i].row == row;
    f->value = mem_realloc(f->value, (size_t)f->count + 1, sizeof *f->value);
    struct flag_value *v = &f->value[f->count++];
    v->row = row;
    flags_spell(sections, row, v->spelled);
    if (row->counts)
        v->text = numerals[times < (int)row->max ? times : (int)row->max - 1];
    else if (row->type == TABLE_BOOL)
        v->text = off ? "false" : optarg != NULL ? optarg : "true";
    else
        v->text = optarg;
}

int flags_parse(struct flags *f, const char *sections, bool leading, int argc, char **argv,
                struct err *err)
{
    struct tables t;
    memset(f, 0, sizeof *f);
    tables_make(&t, sections, leading);
    int code, result = 0;
    opterr = 0;
    optind = 0; /* glibc: start anew */
    while ((code = getopt_long(argc, argv, t.letters, t.option, NULL)) != -1) {
        if (code == '?' || code == ':') {
            result = complain(&t, code, argv[optind - 1], err);
            break;
        }
        if (code == CONFIG_FILE) {
            f->config = optarg;
        } else if (code == HELP || code == 'h') {
            f->help = true;
        } else if (code == VERSION || code == 'V') {
            f->version = true;
        } else if (code >= FIRST_ROW) {
            int row = code - row_value(0, false);
            add_value(f, sections, row / 2, row % 2 == 1);
        } else {
            for (int i = 0; i < table_count; i++)
                if (table_rows[i].letter == code && flags_letter(sections, &table_rows[i]))
                    add_value(f, sections, i, false);
        }
    }
    f->first = optind;
    tables_free(&t);
    return result;
}

/* The value of the i-th flag, behind those that it was given before, where such are kept. */
static char *joined(const struct flags *f, int i)
{
    char *text = mem_strdup("");
    for (int k = 0; k <= i; k++) {
        if (f->value[k].row != f->value[i].row || (k < i && !f->value[i].row->joins))
            continue;
        char *more = mem_printf("%s%s%s", text, text[0] != '\0' ? "," : "", f->value[k].text);
        free(text);
        text = more;
    }
    return text;
}

int flags_apply(const struct flags *f, struct config *c, struct err *err)
{
    for (int i = 0; i < f->count; i++) {
        char *text = joined(f, i);
        int rc = config_set(c, f->value[i].row, text, f->value[i].spelled, err);
        free(text);
        if (rc != 0)
            return -1;
    }
    return 0;
}

void flags_free(struct flags *f)
{
    free(f->value);
    memset(f, 0, sizeof *f);
}
