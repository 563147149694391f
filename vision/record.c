/* record: see record.h. */
#include "vision/record.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/spool.h"
#include "base/text.h"

enum {
    ROOM = 1 << 22,                     /* bytes that may wait for the disk */
    SCENE_ROOM = SCENE_FACES_MAX << 10, /* of one scene's lines */
    NAMES_MAX = 9999,
};

struct record {
    struct spool *spool;
    bool csv;
    char *label[SCENE_CLASSES_MAX]; /* as it stands in a line, quotes and all */
    int classes;
    int64_t epoch;   /* 1970 on the clock_now() scale, ns */
    uint64_t frames; /* so far */
    uint64_t lines;
    char *text; /* (SCENE_ROOM) the lines of one scene */
    size_t used;
};

static void add(struct record *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct record *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(r->text + r->used, SCENE_ROOM - r->used, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= SCENE_ROOM - r->used)
        mem_panic("a record's line of %d bytes", n);
    r->used += (size_t)n;
}

static bool send(struct record *r)
{
    bool ok = spool_put(r->spool, r->text, r->used);
    r->used = 0;
    return ok;
}

/* ---- the head -------------------------------------------------------------------------------- */

/* As JSON; a name need not be UTF-8. */
static json_t *text_json(const char *text)
{
    char *sound = text_utf8(text);
    json_t *j = json_string(sound);
    free(sound);
    return j;
}

/* A label as JSON, or as a field of CSV: quoted where it has to be (RFC 4180). */
static char *label_text(const char *label, bool csv)
{
    if (!csv) {
        json_t *j = text_json(label);
        char *text = json_dumps(j, JSON_ENCODE_ANY);
        json_decref(j);
        return text;
    }
    if (strpbrk(label, ",\"\r\n") == NULL)
        return mem_strdup(label);
    char *text = mem_zalloc(2 * strlen(label) + 3, 1), *to = text;
    *to++ = '"';
    for (const char *c = label; *c != '\0'; c++) {
        if (*c == '"')
            *to++ = '"';
        *to++ = *c == '\n' || *c == '\r' ? ' ' : *c;
    }
    *to = '"';
    return text;
}

static void now_text(char *text, size_t size)
{
    struct timespec ts;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    size_t n = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + n, size - n, ".%03dZ", (int)(ts.tv_nsec / CLOCK_MS));
}

static void add_columns(struct record *r)
{
    add(r, "time,pts,frame,width,height,id,x,y,w,h,found,mood,sure");
    for (int pass = 0; pass < 2; pass++) {
        for (int c = 0; c < r->classes; c++) {
            const char *quote = r->label[c][0] == '"' ? "\"" : "";
            add(r, ",%s%s%s", quote, pass == 0 ? "raw_" : "p_", r->label[c] + strlen(quote));
        }
    }
    add(r, "\n");
}

static void add_head(struct record *r, const struct infer_info *model, const char *source,
                     double half_life_s)
{
    char now[40];
    json_t *classes = json_array();
    for (int c = 0; c < model->classes; c++)
        json_array_append_new(classes, text_json(model->labels[c]));
    now_text(now, sizeof now);
    json_t *head =
        json_pack("{s:s, s:i, s:o, s:o, s:o, s:s, s:f}", "moodtop", MOODTOP_VERSION, "record",
                  RECORD_VERSION, "model", text_json(model->name), "classes", classes, "source",
                  text_json(source), "started", now, "half_life_s", half_life_s);
    char *text = json_dumps(head, JSON_COMPACT | JSON_REAL_PRECISION(9));
    add(r, "%s%s\n", r->csv ? "# " : "", text);
    if (r->csv)
        add_columns(r);
    free(text);
    json_decref(head);
}

/* ---- lines ----------------------------------------------------------------------------------- */

/* A number that a reader of JSON takes, whatever the network gave. */
static double sound(double x)
{
    return isfinite(x) ? x : 0;
}

static void add_numbers(struct record *r, const float *p)
{
    for (int c = 0; c < r->classes; c++)
        add(r, "%s%.4f", c > 0 || r->csv ? "," : "", sound((double)p[c]));
}

static void add_frame(struct record *r, const struct scene *s, int id)
{
    double time = (double)(s->time - r->epoch) / 1e9, pts = sound(s->pts);
    const char *fmt = r->csv ? "%.3f,%.3f,%llu,%d,%d,%d"
                             : "{\"time\":%.3f,\"pts\":%.3f,\"frame\":%llu,\"size\":[%d,%d],"
                               "\"id\":%d";
    add(r, fmt, time, pts, (unsigned long long)r->frames, s->width, s->height, id);
    r->lines++;
}

static void add_face(struct record *r, const struct scene *s, const struct scene_face *f)
{
    const char *found = r->csv ? f->neighbors > 0 ? "1" : "0" : f->neighbors > 0 ? "true" : "false";
    add_frame(r, s, f->id);
    if (r->csv) {
        add(r, ",%d,%d,%d,%d,%s,%s,%d", f->box.x, f->box.y, f->box.w, f->box.h, found,
            r->label[f->mood], f->sure);
        add_numbers(r, f->raw);
        add_numbers(r, f->p);
        add(r, "\n");
        return;
    }
    add(r, ",\"box\":[%d,%d,%d,%d],\"found\":%s,\"mood\":%s,\"sure\":%s,\"raw\":[", f->box.x,
        f->box.y, f->box.w, f->box.h, found, r->label[f->mood], f->sure ? "true" : "false");
    add_numbers(r, f->raw);
    add(r, "],\"p\":[");
    add_numbers(r, f->p);
    add(r, "]}\n");
}

bool record_scene(struct record *r, const struct scene *scene)
{
    if (scene->classes != r->classes)
        return true;
    r->frames++;
    for (int i = 0; i < scene->faces; i++)
        add_face(r, scene, &scene->face[i]);
    if (scene->faces == 0) {
        add_frame(r, scene, 0);
        for (int i = 0; r->csv && i < 7 + 2 * r->classes; i++)
            add(r, ",");
        add(r, r->csv ? "\n" : "}\n");
    }
    return send(r);
}

bool record_source(struct record *r, const char *source)
{
    json_t *event = json_pack("{s:o}", "source", text_json(source));
    char *text = json_dumps(event, JSON_COMPACT);
    add(r, "%s%s\n", r->csv ? "# " : "", text);
    free(text);
    json_decref(event);
    return send(r);
}

/* ---- life ------------------------------------------------------------------------------------ */

static bool ends_with(const char *path, const char *end)
{
    size_t n = strlen(path), m = strlen(end);
    return n > m && strcmp(path + n - m, end) == 0;
}

struct record *record_open(const char *path, const struct infer_info *model, const char *source,
                           double half_life_s, struct err *err)
{
    bool csv = ends_with(path, ".csv");
    if (!csv && !ends_with(path, ".jsonl")) {
        err_set(err, "%s: expected a name that ends in .jsonl or .csv", path);
        return NULL;
    }
    struct spool *spool = spool_open(path, ROOM, err);
    if (spool == NULL)
        return NULL;
    struct record *r = mem_zalloc(1, sizeof *r);
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    r->epoch = clock_now() - (ts.tv_sec * CLOCK_S + ts.tv_nsec);
    r->spool = spool;
    r->csv = csv;
    r->text = mem_alloc(SCENE_ROOM);
    r->classes = model->classes;
    for (int c = 0; c < r->classes; c++)
        r->label[c] = label_text(model->labels[c], csv);
    add_head(r, model, source, half_life_s);
    send(r);
    return r;
}

bool record_failed(struct record *r, struct err *err)
{
    return spool_failed(r->spool, err);
}

uint64_t record_lines(const struct record *r)
{
    return r->lines;
}

int record_close(struct record *r, struct err *err)
{
    if (r == NULL)
        return 0;
    int status = spool_close(r->spool, err);
    for (int c = 0; c < r->classes; c++)
        free(r->label[c]);
    free(r->text);
    free(r);
    return status;
}

void record_name(char *path, size_t size, const char *like)
{
    char stem[1024];
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(stem, sizeof stem, "moodtop-%Y%m%d-%H%M%S", &tm);
    const char *base = file_base(like), *dot = strrchr(base, '.');
    const char *end = dot != NULL ? dot : ".jsonl";
    if (like[0] != '\0')
        snprintf(stem, sizeof stem, "%.*s", (int)((dot != NULL ? dot : base + strlen(base)) - like),
                 like);
    snprintf(path, size, "%s%s", stem, end);
    for (int i = 2; i <= NAMES_MAX && file_exists(path); i++)
        snprintf(path, size, "%s-%d%s", stem, i, end);
}
