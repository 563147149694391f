/*
 * config: see config.h. Main thread: iniparser reports through a callback without context.
 *
 * iniparser keeps neither line numbers nor the first of two equal keys, so the text is also indexed
 * here, line by line, by the same rules: lines joined by a backslash, "#" and ";" comments, names
 * in any case.
 */
#include "config/config.h"

#include <ctype.h>
#include <fcntl.h>
#include <iniparser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/value.h"

#define FILE_BYTES_MAX (1 << 20)
#define NAME_MAX_BYTES 256

void config_init(struct config *c)
{
    memset(c, 0, sizeof *c);
    c->origin = mem_zalloc((size_t)table_count, sizeof *c->origin);
    for (int i = 0; i < table_count; i++) {
        struct err err = {""};
        if (value_parse(&table_rows[i], table_rows[i].def, &c->opts, &err) != 0)
            mem_panic("default of [%s] %s: %s", table_rows[i].section, table_rows[i].key, err.text);
        c->origin[i] = mem_strdup("default");
    }
}

void config_free(struct config *c)
{
    for (int i = 0; c->origin != NULL && i < table_count; i++)
        free(c->origin[i]);
    free(c->origin);
    c->origin = NULL;
}

/* Takes origin over. */
static void set_origin(struct config *c, const struct table_row *row, char *origin)
{
    char **slot = &c->origin[row - table_rows];
    free(*slot);
    *slot = origin;
}

int config_set(struct config *c, const struct table_row *row, const char *text, const char *origin,
               struct err *err)
{
    if (value_parse(row, text, &c->opts, err) != 0)
        return err_prefix(err, "%s %s", origin, text);
    set_origin(c, row, mem_strdup(origin));
    return 0;
}

/* ---- the lines of an ini file ---- */

struct line {
    int number;
    char name[NAME_MAX_BYTES]; /* "section" or "section:key", in lower case */
};

struct lines {
    struct line *line;
    int count, room;
};

/* Writes [from, to) without surrounding space and in lower case behind what stands in out. */
static void append_name(char *out, const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    size_t used = strlen(out);
    for (; from < to && used + 1 < NAME_MAX_BYTES; from++)
        out[used++] = (char)tolower((unsigned char)*from);
    out[used] = '\0';
}

/* Whether the last character of [from, to) that is no space is c. */
static bool ends_with(const char *from, const char *to, char c)
{
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    return to > from && to[-1] == c;
}

static void add_line(struct lines *lines, int number, const char *name)
{
    if (lines->count == lines->room) {
        lines->room = lines->room > 0 ? 2 * lines->room : 64;
        lines->line = mem_realloc(lines->line, (size_t)lines->room, sizeof *lines->line);
    }
    struct line *line = &lines->line[lines->count++];
    line->number = number;
    text_copy(line->name, sizeof line->name, name);
}

/* Notes the line of each section and key in text. */
static void index_lines(const char *text, struct lines *lines)
{
    char section[NAME_MAX_BYTES] = "", name[NAME_MAX_BYTES];
    int number = 1;
    for (const char *p = text, *end; *p != '\0'; p = *end != '\0' ? end + 1 : end, number++) {
        int first = number;
        end = p + strcspn(p, "\n");
        while (ends_with(p, end, '\\') && *end != '\0') {
            end += 1 + strcspn(end + 1, "\n");
            number++;
        }
        p += strspn(p, " \t\r\f\v");
        const char *equals = memchr(p, '=', (size_t)(end - p));
        if (*p == '[' && ends_with(p, end, ']')) {
            section[0] = '\0';
            append_name(section, p + 1, memchr(p, ']', (size_t)(end - p)));
            add_line(lines, first, section);
        } else if (*p != '#' && *p != ';' && equals != NULL) {
            text_copy(name, sizeof name, section);
            append_name(name, ":", ":" + 1);
            append_name(name, p, equals);
            add_line(lines, first, name);
        }
    }
}

/* The first line of the section or key, 0 if it was not seen. */
static int line_of(const struct lines *lines, const char *name)
{
    for (int i = 0; i < lines->count; i++)
        if (strcmp(lines->line[i].name, name) == 0)
            return lines->line[i].number;
    return 0;
}

static int check_twice(const struct lines *lines, const char *path, struct err *err)
{
    for (int i = 0; i < lines->count; i++) {
        const struct line *line = &lines->line[i];
        int first = line_of(lines, line->name);
        char name[NAME_MAX_BYTES];
        text_copy(name, sizeof name, line->name);
        char *colon = strchr(name, ':');
        if (colon == NULL || first == line->number)
            continue;
        *colon = '\0';
        return err_set(err, "%s:%d: [%s] %s stands on line %d too; expected it once", path,
                       line->number, name, colon + 1, first);
    }
    return 0;
}

/* ---- one ini file ---- */

/* iniparser's complaint about the file that is being read, and the line in it. */
static struct err complaint;

static int keep_complaint(const char *fmt, ...)
{
    if (complaint.text[0] != '\0')
        return 0;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(complaint.text, sizeof complaint.text, fmt, ap);
    va_end(ap);
    return 0;
}

/* iniparser words it "... FILE (LINE): -> TEXT"; gives the line, or 0. */
static int complaint_line(void)
{
    const char *at = strstr(complaint.text, " (");
    return at != NULL ? atoi(at + 2) : 0;
}

/* iniparser 4.1 opens files by name only, and text may have come from a pipe: it is handed over as
 * a file in memory. */
static dictionary *parse_text(const char *text, size_t size, struct err *err)
{
    int fd = memfd_create("moodtop-config", MFD_CLOEXEC);
    dictionary *d = NULL;
    if (fd >= 0 && write(fd, text, size) == (ssize_t)size) {
        char name[64];
        snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
        complaint.text[0] = '\0';
        iniparser_set_error_callback(keep_complaint);
        d = iniparser_load(name);
        iniparser_set_error_callback(NULL);
    } else {
        err_errno(err, "cannot hand the file over");
    }
    if (fd >= 0)
        close(fd);
    return d;
}

static int unknown_section(const char *section, struct err *err)
{
    const char *nearest = table_nearest_section(section);
    if (nearest != NULL)
        return err_set(err, "[%s]: no such section; did you mean [%s]?", section, nearest);
    char all[ERR_TEXT_MAX / 2] = "";
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        snprintf(all + strlen(all), sizeof all - strlen(all), " %s", s->name);
    return err_set(err, "[%s]: no such section; expected one of%s", section, all);
}

static int unknown_key(const char *section, const char *key, struct err *err)
{
    if (section[0] == '\0')
        return err_set(err, "%s: expected a [section] before the first key", key);
    if (table_section(section) == NULL)
        return unknown_section(section, err);
    if (table_find(section, key) != NULL)
        return err_set(err, "[%s] %s: only a flag, not for a file", section, key);
    const char *nearest = table_nearest_key(section, key);
    if (nearest != NULL)
        return err_set(err, "[%s] %s: no such key; did you mean %s?", section, key, nearest);
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        if (table_find(s->name, key) != NULL)
            return err_set(err, "[%s] %s: no such key; it belongs to [%s]", section, key, s->name);
    char all[ERR_TEXT_MAX / 2] = "";
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section) == 0)
            snprintf(all + strlen(all), sizeof all - strlen(all), " %s", table_rows[i].key);
    return err_set(err, "[%s] %s: no such key; expected one of%s", section, key, all);
}

/* name is "section:key", as iniparser keeps it. */
static int apply_entry(struct config *c, const char *path, int line, const char *name,
                       const char *text, struct err *err)
{
    char section[NAME_MAX_BYTES];
    text_copy(section, sizeof section, name);
    char *key = strchr(section, ':');
    if (key == NULL) /* longer than any of ours, and cut */
        return unknown_section(section, err);
    *key++ = '\0';
    const struct table_row *row = table_find(section, key);
    if (row == NULL || row->flag_only)
        return unknown_key(section, key, err);
    if (value_parse(row, text, &c->opts, err) != 0)
        return err_prefix(err, "[%s] %s = %s", section, key, text);
    set_origin(c, row, mem_printf("%s:%d", path, line));
    return 0;
}

/* The line is 0 where a name runs over several lines. */
static int prefix_place(struct err *err, const char *path, int line)
{
    return line > 0 ? err_prefix(err, "%s:%d", path, line) : err_prefix(err, "%s", path);
}

static int apply_dictionary(struct config *c, const dictionary *d, const struct lines *lines,
                            const char *path, struct err *err)
{
    for (ssize_t i = 0; i < (ssize_t)d->size; i++) { /* size_t from iniparser 4.2 on */
        const char *name = d->key[i];
        if (name == NULL)
            continue;
        int line = line_of(lines, name);
        if (strchr(name, ':') == NULL) {
            if (table_section(name) == NULL)
                return unknown_section(name, err), prefix_place(err, path, line);
            continue;
        }
        if (apply_entry(c, path, line, name, d->val[i] != NULL ? d->val[i] : "", err) != 0)
            return prefix_place(err, path, line);
    }
    return 0;
}

static int read_text(struct config *c, const char *path, const char *text, size_t size,
                     struct err *err)
{
    if (strlen(text) != size)
        return err_set(err, "%s: expected text, found a zero byte at offset %zu", path,
                       strlen(text));
    struct lines lines = {0};
    index_lines(text, &lines);
    dictionary *d = parse_text(text, size, err);
    int result = -1;
    if (d != NULL)
        result =
            check_twice(&lines, path, err) == 0 ? apply_dictionary(c, d, &lines, path, err) : -1;
    else if (complaint.text[0] != '\0' && strstr(complaint.text, "too long") != NULL)
        err_set(err, "%s:%d: line too long", path, complaint_line());
    else if (complaint.text[0] != '\0')
        err_set(err, "%s:%d: expected [section], key = value or a comment", path, complaint_line());
    else
        err_prefix(err, "%s", path);
    if (d != NULL)
        iniparser_freedict(d);
    free(lines.line);
    return result;
}

int config_read_file(struct config *c, const char *path, struct err *err)
{
    size_t size = 0;
    char *text = file_read(path, FILE_BYTES_MAX, &size, err);
    if (text == NULL)
        return -1;
    size_t skip = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0; /* a byte order mark */
    int result = read_text(c, path, text + skip, size - skip, err);
    free(text);
    return result;
}

/* ---- the environment ---- */

/* Finds the option of "MOODTOP_DETECT_MIN_SIZE=..."; *section gets the section that the name begins
 * with, or NULL. */
static const struct table_row *find_variable(const char *entry, const char **section)
{
    char variable[TABLE_FLAG_MAX];
    size_t length = strcspn(entry, "=");
    *section = NULL;
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        if (row->flag_only)
            continue;
        table_variable(row, variable);
        if (strlen(variable) == length && strncmp(entry, variable, length) == 0)
            return row;
        if (strncmp(entry, variable, strlen("MOODTOP_") + strlen(row->section) + 1) == 0)
            *section = row->section;
    }
    return NULL;
}

static int unknown_variable(const char *entry, const char *section, struct err *err)
{
    char key[NAME_MAX_BYTES] = "", variable[TABLE_FLAG_MAX];
    const char *from = entry + strlen("MOODTOP_") + strlen(section) + 1;
    append_name(key, from, entry + strcspn(entry, "="));
    const char *nearest = table_nearest_key(section, key);
    if (nearest == NULL)
        return err_set(err, "environment %.*s: no such key in [%s]", (int)strcspn(entry, "="),
                       entry, section);
    table_variable(table_find(section, nearest), variable);
    return err_set(err, "environment %.*s: no such key in [%s]; did you mean %s?",
                   (int)strcspn(entry, "="), entry, section, variable);
}

int config_read_environment(struct config *c, char *const *environment, struct err *err)
{
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *entry = *environment, *section;
        const char *equals = strchr(entry, '=');
        if (strncmp(entry, "MOODTOP_", strlen("MOODTOP_")) != 0 || equals == NULL)
            continue;
        const struct table_row *row = find_variable(entry, &section);
        if (row == NULL && section != NULL)
            return unknown_variable(entry, section, err);
        if (row == NULL)
            continue;
        if (value_parse(row, equals + 1, &c->opts, err) != 0)
            return err_prefix(err, "environment %s", entry);
        set_origin(c, row, mem_printf("environment %.*s", (int)(equals - entry), entry));
    }
    return 0;
}

int config_load(struct config *c, const char *file, struct err *err)
{
    int result = 0;
    if (file_exists(CONFIG_SYSTEM_FILE))
        result = config_read_file(c, CONFIG_SYSTEM_FILE, err);
    char *dir = file_config_dir();
    char *own = dir != NULL ? file_join(dir, "config") : NULL;
    if (result == 0 && own != NULL && file_exists(own))
        result = config_read_file(c, own, err);
    free(own);
    free(dir);
    if (result == 0 && file != NULL)
        result = config_read_file(c, file, err);
    if (result == 0)
        result = config_read_environment(c, environ, err);
    return result;
}

/* ---- writing ---- */

/* Whether the text would lose something or be misread without quotes. */
static bool needs_quotes(const char *text)
{
    size_t n = strlen(text);
    return n == 0 || strpbrk(text, ";#\"'=") != NULL || isspace((unsigned char)text[0]) ||
           isspace((unsigned char)text[n - 1]);
}

/* iniparser 4.1 knows no escapes in quotes, 4.2 does: a text stands in whichever quotes it does not
 * hold itself, and without any if that will do. False if it cannot be written. */
static bool put_value(FILE *f, const struct table_row *row, const struct opts *opts)
{
    char text[VALUE_TEXT_MAX];
    value_format(row, opts, text);
    const char *quote = strchr(text, '"') == NULL ? "\"" : "'";
    bool quoted = needs_quotes(text);
    if ((row->type != TABLE_TEXT && row->type != TABLE_PATH) ||
        (!quoted && strchr(text, '\\') != NULL))
        quote = "";
    bool lost = quote[0] != '\0' && (strchr(text, quote[0]) != NULL || strchr(text, '\\') != NULL);
    fprintf(f, "%s%s = %s%s%s", lost ? "; not to be written in an ini file: " : "", row->key, quote,
            text, quote);
    return !lost;
}

char *config_to_ini(const struct config *c)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (f == NULL)
        mem_panic("no memory for the configuration's text");
    const char *section = "";
    for (int i = 0; i < table_count; i++) {
        const struct table_row *row = &table_rows[i];
        if (row->flag_only)
            continue;
        if (strcmp(section, row->section) != 0)
            fprintf(f, "%s[%s]\n", section[0] != '\0' ? "\n" : "", row->section);
        section = row->section;
        if (put_value(f, row, &c->opts))
            fprintf(f, "  ; %s", c->origin[i]);
        fputc('\n', f);
    }
    fclose(f);
    return text;
}
