/* doctor: what is wrong with a data set, as a table or JSON, and --fix. Main thread. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "cmd/examine.h"
#include "cmd/progress.h"
#include "nn/corrections.h"

struct job {
    const struct opts *opts;
    struct dataset *ds;
    struct pool *pool;
    struct finder *finder;
    int8_t *faces;
    float *p;
    struct doctor *d;
    struct progress progress;
};

static bool tell(void *ctx, const char *what, long done, long total)
{
    struct job *j = ctx;
    return progress_tell(&j->progress, what, done, total);
}

static bool has_face(void *ctx, const uint8_t *image, int worker)
{
    struct job *j = ctx;
    return finder_look(j->finder, image, worker);
}

/* What cannot be had is said and left out: the rest is worth knowing. */
static void prepare(struct job *j)
{
    struct err err = {""};
    const struct opts *o = j->opts;
    if (o->doctor.faces &&
        (j->finder = finder_open(&o->detect, pool_threads(j->pool), &err)) == NULL)
        fprintf(stderr, "moodtop doctor: no faces are looked for: %s\n", err.text);
    if (j->finder != NULL)
        j->faces = examine_faces(j->ds, &o->detect);
    err.text[0] = '\0';
    if (o->doctor.labels)
        j->p = examine_labels(j->ds, o->model.dir, j->pool, tell, j, &err);
    if (err.text[0] != '\0')
        fprintf(stderr, "moodtop doctor: no network is asked: %s\n", err.text);
}

static int examine(struct job *j, struct err *err)
{
    const struct opts *o = j->opts;
    int threads = o->doctor.threads > 0 ? o->doctor.threads : thread_cpus();
    if ((j->ds = data_open_set(o, o->doctor.data, err)) == NULL ||
        (j->pool = pool_new(threads, err)) == NULL)
        return -1;
    if (o->doctor.undo)
        return 0;
    prepare(j);
    struct doctor_how how = {.progress = tell,
                             .face = j->finder != NULL ? has_face : NULL,
                             .faces = j->faces,
                             .ctx = j,
                             .pool = j->pool,
                             .p = j->p,
                             .votes = j->ds->votes};
    if (!progress_stopped())
        j->d = doctor_run(j->ds, &how);
    if (j->faces != NULL)
        examine_faces_keep(j->ds, &o->detect, j->faces);
    return 0;
}

/* ---- JSON -------------------------------------------------------------------------------------
 */

/* A name of a file or class, which need not be UTF-8. */
static json_t *text_json(const char *text)
{
    char *plain = text_utf8(text);
    json_t *json = json_string(plain);
    free(plain);
    return json;
}

static json_t *by_split(const long *n)
{
    json_t *counts = json_object();
    for (int s = 0; s < SPLITS; s++)
        json_object_set_new(counts, split_name((enum split)s), json_integer(n[s]));
    return counts;
}

/* {"PrivateTest_in_Training":288,...} of n[of][in]; Training_in_Training only with `same`. */
static json_t *by_pair(const long n[SPLITS][SPLITS], bool same)
{
    static const int pairs[][2] = {
        {SPLIT_PRIVATE, SPLIT_TRAINING}, {SPLIT_PUBLIC, SPLIT_TRAINING},
        {SPLIT_PRIVATE, SPLIT_PUBLIC},   {SPLIT_TRAINING, SPLIT_TRAINING},
        {SPLIT_PUBLIC, SPLIT_PUBLIC},    {SPLIT_PRIVATE, SPLIT_PRIVATE}};
    json_t *counts = json_object();
    for (size_t i = 0; i < (same ? MEM_COUNT(pairs) : 3); i++) {
        int of = pairs[i][0], in = pairs[i][1];
        char name[64];
        snprintf(name, sizeof name, "%s_in_%s", split_name((enum split)of),
                 split_name((enum split)in));
        json_object_set_new(counts, name, json_integer(n[of][in]));
    }
    return counts;
}

/* How many findings of a kind; null where nobody could tell. */
static json_t *count_of(const struct doctor *d, enum doctor_kind kind)
{
    return d->asked[kind] ? json_integer(d->first[kind + 1] - d->first[kind]) : json_null();
}

static json_t *finding_json(const struct dataset *ds, const struct doctor_finding *f)
{
    char text[512], origin[256];
    doctor_text(ds, f, text, sizeof text);
    dataset_origin(ds, f->row, origin, sizeof origin);
    json_t *out = json_pack(
        "{s:s, s:i, s:o, s:s, s:o, s:o}", "kind", doctor_name((enum doctor_kind)f->kind), "row",
        f->row, "origin", text_json(origin), "split", split_name((enum split)ds->split[f->row]),
        "label", text_json(ds->class_name[ds->label[f->row]]), "text", text_json(text));
    if (f->other >= 0)
        json_object_set_new(out, "other", json_integer(f->other));
    if (f->better >= 0)
        json_object_set_new(out, "better", text_json(ds->class_name[f->better]));
    return out;
}

static void print_json(const struct job *j)
{
    const struct doctor *d = j->d;
    json_t *out = json_pack(
        "{s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "data",
        text_json(j->opts->doctor.data), "rows", (json_int_t)d->rows, "leaks",
        by_pair(d->leak, false), "leaks_of_other_label", by_pair(d->leak_relabelled, false),
        "duplicates", by_split(d->split[DOCTOR_DUPLICATE]), "conflicts", by_split(d->conflict),
        "conflicts_in_all", (json_int_t)d->conflicts, "near_duplicates", by_pair(d->near, true),
        "blank", count_of(d, DOCTOR_BLANK), "almost_blank", count_of(d, DOCTOR_FAINT), "no_face",
        count_of(d, DOCTOR_NO_FACE), "ferplus", count_of(d, DOCTOR_FERPLUS), "unlikely",
        count_of(d, DOCTOR_UNLIKELY));
    if (j->opts->doctor.list) {
        json_t *list = json_array();
        for (int i = 0; i < d->n; i++)
            json_array_append_new(list, finding_json(j->ds, &d->finding[i]));
        json_object_set_new(out, "findings", list);
    }
    json_dumpf(out, stdout, 0);
    putchar('\n');
    json_decref(out);
}

/* ---- text -------------------------------------------------------------------------------------
 */

static void print_pair(const struct doctor *d, enum split of, enum split in)
{
    if (d->leak[of][in] > 0)
        printf("  %ld of %s stand in %s, %ld under another label\n", d->leak[of][in],
               split_name(of), split_name(in), d->leak_relabelled[of][in]);
}

/* What the numbers of a kind mean, below its line. */
static void print_detail(const struct doctor *d, enum doctor_kind kind)
{
    if (kind == DOCTOR_LEAK) {
        print_pair(d, SPLIT_PUBLIC, SPLIT_TRAINING);
        print_pair(d, SPLIT_PRIVATE, SPLIT_TRAINING);
        print_pair(d, SPLIT_PRIVATE, SPLIT_PUBLIC);
    }
    if (kind == DOCTOR_CONFLICT && d->conflicts > 0)
        printf("  %ld groups of equal images, %ld of them within Training\n", d->conflicts,
               d->conflict[SPLIT_TRAINING]);
    if (kind == DOCTOR_NEAR &&
        d->near[SPLIT_PUBLIC][SPLIT_TRAINING] + d->near[SPLIT_PRIVATE][SPLIT_TRAINING] > 0)
        printf("  %ld of PublicTest and %ld of PrivateTest look like one of Training\n",
               d->near[SPLIT_PUBLIC][SPLIT_TRAINING], d->near[SPLIT_PRIVATE][SPLIT_TRAINING]);
}

static void print_table(const struct job *j)
{
    const struct doctor *d = j->d;
    char name[160];
    file_names(j->opts->doctor.data, name, sizeof name);
    printf("%s: %ld images\n\n%-22s%10s", name, d->rows, "", "images");
    for (int s = 0; s < SPLITS; s++)
        printf("%13s", split_name((enum split)s));
    putchar('\n');
    for (int k = 0; k < DOCTOR_KINDS; k++) {
        enum doctor_kind kind = (enum doctor_kind)k;
        printf("%-22s", doctor_title(kind));
        if (!d->asked[k]) {
            printf("%10s\n", "not asked");
            continue;
        }
        printf("%10d", d->first[k + 1] - d->first[k]);
        for (int s = 0; s < SPLITS; s++)
            printf("%13ld", d->split[k][s]);
        putchar('\n');
        print_detail(d, kind);
    }
}

static void print_list(const struct job *j)
{
    char text[512], origin[256], line[1024], shown[2 * sizeof line];
    putchar('\n');
    for (int i = 0; i < j->d->n; i++) {
        const struct doctor_finding *f = &j->d->finding[i];
        doctor_text(j->ds, f, text, sizeof text);
        dataset_origin(j->ds, f->row, origin, sizeof origin);
        snprintf(line, sizeof line, "%-14s %s %s %s%s%s", doctor_name((enum doctor_kind)f->kind),
                 origin, split_name((enum split)j->ds->split[f->row]),
                 j->ds->class_name[j->ds->label[f->row]], text[0] != '\0' ? ": " : "", text);
        text_cell(shown, sizeof shown, line, -1);
        puts(shown);
    }
}

/* ---- --fix ------------------------------------------------------------------------------------
 */

/* The corrections files of the set, a line each. */
static void tell_paths(const struct dataset *ds)
{
    const char *before = "";
    for (int row = 0; row < ds->n; row++) {
        const char *path = corrections_path(ds->corrections, row);
        if (strcmp(path, before) != 0)
            fprintf(stderr, "  %s\n", path);
        before = path;
    }
}

/* What was changed, where that stands, and the way back; on stderr, as stdout may be JSON. */
static void report_fix(const struct job *j, int rows)
{
    const char *set = j->opts->doctor.data, *quote = strpbrk(set, " \"$&;()*?") != NULL ? "'" : "";
    if (j->opts->doctor.undo) {
        fprintf(stderr, "%d images are back in Training:\n", rows);
        tell_paths(j->ds);
    } else if (rows == 0) {
        fprintf(stderr, "nothing to fix: no image of Training stands in another split\n");
    } else {
        fprintf(stderr,
                "excluded %d images of Training that stand in another split too: a line each in\n",
                rows);
        tell_paths(j->ds);
        fprintf(stderr,
                "train, eval and stats leave them out from now on; to take that back:\n"
                "  moodtop doctor --data %s%s%s --undo\n",
                quote, set, quote);
    }
}

static int fix(struct job *j, struct err *err)
{
    const struct doctor_opts *o = &j->opts->doctor;
    int rows =
        o->undo ? examine_unfix(j->ds, tell, j, err) : examine_fix(j->ds, j->d, tell, j, err);
    progress_wipe(&j->progress);
    if (rows < 0)
        return -1;
    report_fix(j, rows);
    return 0;
}

static void print(const struct job *j)
{
    if (j->opts->doctor.json) {
        print_json(j);
        return;
    }
    print_table(j);
    if (j->opts->doctor.list)
        print_list(j);
}

static void close_job(struct job *j)
{
    doctor_free(j->d);
    finder_close(j->finder);
    free(j->faces);
    free(j->p);
    pool_free(j->pool);
    dataset_close(j->ds);
}

static int doctor_command(const struct opts *opts, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct err err = {""};
    struct job j = {.opts = opts};
    if (opts->doctor.data[0] == '\0') {
        fputs("moodtop doctor: which data? expected --data FILE (fer2013.csv)\n", stderr);
        return EXIT_USAGE;
    }
    progress_start(&j.progress);
    int rc = examine(&j, &err);
    progress_wipe(&j.progress);
    if (rc != 0)
        fprintf(stderr, "moodtop doctor: %s\n", err.text);
    if (rc == 0 && j.d != NULL)
        print(&j);
    fflush(stdout);
    if (rc == 0 && j.ds != NULL && (opts->doctor.undo || (opts->doctor.fix && j.d != NULL)))
        if ((rc = fix(&j, &err)) != 0)
            fprintf(stderr, "moodtop doctor: %s\n", err.text);
    close_job(&j);
    progress_end();
    return rc == 0 ? EXIT_OK : EXIT_FAILED;
}

const struct command cmd_doctor = {
    .name = "doctor",
    .args = "",
    .summary = "what is wrong with a data set: leaks, repetitions, blank images, doubtful labels",
    .sections = "doctor data detect model",
    .examples = "moodtop doctor --data fer2013.csv\n"
                "moodtop doctor --data fer2013.csv --no-faces --no-labels --json\n"
                "moodtop doctor --data fer2013.csv --list | grep ^conflict\n"
                "moodtop doctor --data fer2013.csv --fix\n",
    .run = doctor_command,
};
