/* record_line: see record_line.h. */
#include "vision/record_line.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FRAMES_MAX 1000000000000.0
#define PIXELS_MAX 65536.0
#define TIME_MAX 9e9 /* s: the year 2255; in ns it still fits into an int64_t */
#define PTS_MAX 1e9

/* The line of CSV up to `sure`; then classes raw and classes smoothed values. */
enum { TIME, PTS, FRAME, WIDTH, HEIGHT, ID, BOX, FOUND = BOX + 4, MOOD, SURE, RAW };

/* ---- what both formats have in common -------------------------------------------------------- */

static int in_range(const char *name, double v, double lo, double hi, struct err *err)
{
    if (isfinite(v) && v >= lo && v <= hi)
        return 0;
    return err_set(err, "%s: expected %.0f to %.0f, got %g", name, lo, hi, v);
}

static int whole(const char *name, double v, double lo, double hi, struct err *err)
{
    if (in_range(name, v, lo, hi, err) != 0)
        return -1;
    return floor(v) == v ? 0 : err_set(err, "%s: expected a whole number, got %g", name, v);
}

static int set_mood(const struct record_head *head, const char *label, struct scene_face *f,
                    struct err *err)
{
    for (int c = 0; c < head->classes; c++) {
        if (strcmp(head->label[c], label) == 0) {
            f->mood = c;
            return 0;
        }
    }
    return err_set(err, "mood: %.64s is none of the classes", label);
}

/* The numbers that begin each line: checks them and puts them where they belong. */
static int set_frame(const double *v, struct record_line *out, struct err *err)
{
    if (in_range("time", v[TIME], -TIME_MAX, TIME_MAX, err) != 0 ||
        in_range("pts", v[PTS], -PTS_MAX, PTS_MAX, err) != 0 ||
        whole("frame", v[FRAME], 1, FRAMES_MAX, err) != 0 ||
        whole("width", v[WIDTH], 0, PIXELS_MAX, err) != 0 ||
        whole("height", v[HEIGHT], 0, PIXELS_MAX, err) != 0 ||
        whole("id", v[ID], 0, INT_MAX, err) != 0)
        return -1;
    out->time = v[TIME];
    out->pts = v[PTS];
    out->frame = (long)v[FRAME];
    out->width = (int)v[WIDTH];
    out->height = (int)v[HEIGHT];
    out->face.id = (int)v[ID];
    return 0;
}

static int set_box(const double *v, struct box *box, struct err *err)
{
    if (whole("box x", v[0], -PIXELS_MAX, PIXELS_MAX, err) != 0 ||
        whole("box y", v[1], -PIXELS_MAX, PIXELS_MAX, err) != 0 ||
        whole("box width", v[2], 0, PIXELS_MAX, err) != 0 ||
        whole("box height", v[3], 0, PIXELS_MAX, err) != 0)
        return -1;
    *box = (struct box){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
    return 0;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *load(const char *text, size_t size, struct err *err)
{
    json_error_t why;
    json_t *j = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (j == NULL)
        err_set(err, "no JSON: %.120s", why.text);
    else if (!json_is_object(j)) {
        err_set(err, "expected a JSON object");
        json_decref(j);
        j = NULL;
    }
    return j;
}

/* A field that must be text and fit. */
static int text_of(const json_t *j, const char *key, char *out, size_t size, struct err *err)
{
    const char *text = json_string_value(json_object_get(j, key));
    if (text == NULL)
        return err_set(err, "%s: expected a text", key);
    return text_copy(out, size, text) ? 0 : err_set(err, "%s: longer than %zu bytes", key, size);
}

static double number_of(const json_t *j)
{
    return json_is_number(j) ? json_number_value(j) : NAN;
}

/* A field that must be an array of so many numbers. */
static int numbers_of(const json_t *j, const char *key, double *v, int n, struct err *err)
{
    const json_t *a = json_object_get(j, key);
    if (!json_is_array(a) || json_array_size(a) != (size_t)n)
        return err_set(err, "%s: expected %d numbers", key, n);
    for (int i = 0; i < n; i++) {
        v[i] = number_of(json_array_get(a, (size_t)i));
        if (!isfinite(v[i]))
            return err_set(err, "%s: expected %d numbers", key, n);
    }
    return 0;
}

static int shares_of(const json_t *j, const char *key, float *p, int n, struct err *err)
{
    double v[SCENE_CLASSES_MAX];
    if (numbers_of(j, key, v, n, err) != 0)
        return -1;
    for (int c = 0; c < n; c++) {
        if (in_range(key, v[c], 0, 1, err) != 0)
            return -1;
        p[c] = (float)v[c];
    }
    return 0;
}

static int classes_of(const json_t *j, struct record_head *head, struct err *err)
{
    const json_t *a = json_object_get(j, "classes");
    size_t n = json_array_size(a);
    if (n < 1 || n > SCENE_CLASSES_MAX)
        return err_set(err, "classes: expected 1 to %d names", SCENE_CLASSES_MAX);
    for (size_t c = 0; c < n; c++) {
        const char *label = json_string_value(json_array_get(a, c));
        if (label == NULL || label[0] == '\0' ||
            !text_copy(head->label[c], sizeof head->label[c], label))
            return err_set(err, "classes: expected names of 1 to %zu bytes",
                           sizeof head->label[c] - 1);
        for (size_t i = 0; i < c; i++) {
            if (strcmp(head->label[i], label) == 0)
                return err_set(err, "classes: %s stands there twice", label);
        }
    }
    head->classes = (int)n;
    return 0;
}

static int head_of(const json_t *j, struct record_head *head, struct err *err)
{
    const json_t *version = json_object_get(j, "record");
    if (!json_is_integer(version))
        return err_set(err, "not a record of moodtop");
    if (json_integer_value(version) != 1)
        return err_set(err, "a record of version %lld, known is 1",
                       (long long)json_integer_value(version));
    head->half_life_s = number_of(json_object_get(j, "half_life_s"));
    if (text_of(j, "moodtop", head->version, sizeof head->version, err) != 0 ||
        text_of(j, "model", head->model, sizeof head->model, err) != 0 ||
        text_of(j, "source", head->source, sizeof head->source, err) != 0 ||
        text_of(j, "started", head->started, sizeof head->started, err) != 0 ||
        in_range("half_life_s", head->half_life_s, 0, PTS_MAX, err) != 0)
        return -1;
    return classes_of(j, head, err);
}

int record_line_head(const char *text, size_t size, struct record_head *head, struct err *err)
{
    json_t *j = load(text, size, err);
    int status = j != NULL ? head_of(j, head, err) : -1;
    json_decref(j);
    return status;
}

static int face_of(const json_t *j, const struct record_head *head, struct scene_face *f,
                   struct err *err)
{
    double box[4];
    char mood[sizeof head->label[0]];
    const json_t *found = json_object_get(j, "found");
    if (!json_is_boolean(found))
        return err_set(err, "found: expected true or false");
    const json_t *sure = json_object_get(j, "sure");
    if (!json_is_boolean(sure))
        return err_set(err, "sure: expected true or false");
    f->neighbors = json_is_true(found);
    f->sure = json_is_true(sure);
    if (numbers_of(j, "box", box, 4, err) != 0 || set_box(box, &f->box, err) != 0 ||
        text_of(j, "mood", mood, sizeof mood, err) != 0 || set_mood(head, mood, f, err) != 0 ||
        shares_of(j, "raw", f->raw, head->classes, err) != 0 ||
        shares_of(j, "p", f->p, head->classes, err) != 0)
        return -1;
    return 0;
}

static int line_of(const json_t *j, struct record_head *head, struct record_line *out,
                   struct err *err)
{
    double v[6], size[2];
    if (json_object_get(j, "frame") == NULL) {
        out->source = true;
        return text_of(j, "source", head->source, sizeof head->source, err);
    }
    if (numbers_of(j, "size", size, 2, err) != 0)
        return -1;
    v[TIME] = number_of(json_object_get(j, "time"));
    v[PTS] = number_of(json_object_get(j, "pts"));
    v[FRAME] = number_of(json_object_get(j, "frame"));
    v[WIDTH] = size[0];
    v[HEIGHT] = size[1];
    v[ID] = number_of(json_object_get(j, "id"));
    if (set_frame(v, out, err) != 0)
        return -1;
    return out->face.id == 0 ? 0 : face_of(j, head, &out->face, err);
}

int record_line_json(const char *text, size_t size, struct record_head *head,
                     struct record_line *out, struct err *err)
{
    json_t *j = load(text, size, err);
    *out = (struct record_line){.source = false};
    int status = j != NULL ? line_of(j, head, out, err) : -1;
    json_decref(j);
    return status;
}

/* ---- CSV ------------------------------------------------------------------------------------- */

/* Takes a field off the line, quotes undone in place; NULL if there is none left or its quotes do
 * not close. */
static char *take_field(char **line)
{
    char *from = *line, *to = from, *start = from;
    if (from == NULL)
        return NULL;
    if (*from != '"') {
        size_t n = strcspn(from, ",");
        *line = from[n] == ',' ? from + n + 1 : NULL;
        from[n] = '\0';
        return start;
    }
    for (from++; *from != '\0'; from++) {
        if (*from == '"' && *++from != '"')
            break;
        *to++ = *from;
    }
    if (to == from || (*from != ',' && (*from != '\0' || from[-1] != '"')))
        return NULL;
    *line = *from == ',' ? from + 1 : NULL;
    *to = '\0';
    return start;
}

/* NAN if the field is not wholly a number. */
static double field_number(const char *text)
{
    char *end;
    double v = strtod(text, &end);
    return end != text && *end == '\0' ? v : NAN;
}

static int csv_face(char *const *field, const struct record_head *head, struct scene_face *f,
                    struct err *err)
{
    double box[4];
    for (int i = 0; i < 4; i++)
        box[i] = field_number(field[BOX + i]);
    double found = field_number(field[FOUND]), sure = field_number(field[SURE]);
    if (set_box(box, &f->box, err) != 0 || whole("found", found, 0, 1, err) != 0 ||
        whole("sure", sure, 0, 1, err) != 0 || set_mood(head, field[MOOD], f, err) != 0)
        return -1;
    f->neighbors = found > 0;
    f->sure = sure > 0;
    for (int c = 0; c < head->classes; c++) {
        double raw = field_number(field[RAW + c]);
        double p = field_number(field[RAW + head->classes + c]);
        if (in_range("raw", raw, 0, 1, err) != 0 || in_range("p", p, 0, 1, err) != 0)
            return -1;
        f->raw[c] = (float)raw;
        f->p[c] = (float)p;
    }
    return 0;
}

int record_line_csv(char *text, const struct record_head *head, struct record_line *out,
                    struct err *err)
{
    char *field[RAW + 2 * SCENE_CLASSES_MAX];
    double v[6];
    int n = 0, want = RAW + 2 * head->classes;
    *out = (struct record_line){.source = false};
    while (text != NULL && n < want && (field[n] = take_field(&text)) != NULL)
        n++;
    if (n != want || text != NULL)
        return err_set(err, "expected %d fields, got %s", want, n < want ? "fewer" : "more");
    for (int i = 0; i < 6; i++)
        v[i] = field_number(field[i]);
    if (set_frame(v, out, err) != 0)
        return -1;
    return out->face.id == 0 ? 0 : csv_face(field, head, &out->face, err);
}
