/* stats: what a data set consists of, as tables or JSON. Main thread. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/data_open.h"
#include "nn/doctor.h"
#include "nn/stats.h"

enum { NAME = 10, NAME_MAX_COLUMNS = 24, COUNTS = 15 * (SPLITS + 1), BAR_MAX = 60 };

/* A class name, or a path, as a key or value of JSON. */
static void set_json(json_t *object, const char *class_name, json_t *value)
{
    char *key = text_utf8(class_name);
    json_object_set_new(object, key, value);
    free(key);
}

static json_t *counts_json(const struct dataset *ds, const struct stats_mix *m)
{
    json_t *counts = json_object();
    for (int c = 0; c < ds->classes; c++)
        set_json(counts, ds->class_name[c], json_integer(m->count[c]));
    return counts;
}

static json_t *reals_json(const struct dataset *ds, const double *value)
{
    json_t *reals = json_object();
    for (int c = 0; c < ds->classes; c++)
        set_json(reals, ds->class_name[c], json_real(value[c]));
    return reals;
}

static json_t *bins_json(const long *bin)
{
    json_t *bins = json_array();
    for (int i = 0; i < STATS_BINS; i++)
        json_array_append_new(bins, json_integer(bin[i]));
    return bins;
}

static json_t *splits_json(const struct dataset *ds, const struct stats *s)
{
    json_t *splits = json_object();
    for (int i = 0; i < SPLITS; i++)
        json_object_set_new(splits, split_name((enum split)i), counts_json(ds, &s->split[i]));
    return splits;
}

static json_t *mixes_json(const struct stats *s)
{
    json_t *mixes = json_object();
    for (int i = 0; i <= SPLITS; i++) {
        const struct stats_mix *m = i < SPLITS ? &s->split[i] : &s->all;
        json_object_set_new(mixes, i < SPLITS ? split_name((enum split)i) : "all",
                            json_pack("{s:I, s:i, s:f, s:f}", "n", (json_int_t)m->n, "classes",
                                      m->present, "imbalance_ratio", m->imbalance,
                                      "effective_classes", m->effective));
    }
    return mixes;
}

static json_t *tones_json(const struct dataset *ds, const struct stats *s, bool contrast)
{
    json_t *tones = json_object();
    for (int c = 0; c < ds->classes; c++) {
        const struct stats_tones *t = &s->tones[c];
        set_json(tones, ds->class_name[c],
                 json_pack("{s:f, s:o}", "mean", contrast ? t->contrast : t->brightness, "bins",
                           bins_json(contrast ? t->contrast_bin : t->brightness_bin)));
    }
    return tones;
}

static json_t *draws_json(const struct dataset *ds, const struct stats *s)
{
    json_t *draws = json_object();
    for (int c = 0; c < ds->classes; c++)
        set_json(draws, ds->class_name[c],
                 json_pack("{s:f, s:f, s:f}", "shown", s->draw[c].shown, "times", s->draw[c].times,
                           "distinct", s->draw[c].distinct));
    return draws;
}

static json_t *changes_json(const long *changes)
{
    json_t *counts = json_object();
    for (int i = 0; i < SPLITS; i++)
        json_object_set_new(counts, split_name((enum split)i), json_integer(changes[i]));
    return counts;
}

static void print_json(const struct dataset *ds, const struct stats *s, const char *data)
{
    char *name = text_utf8(data);
    json_t *out = json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:{s:o, s:o}, s:{s:f, s:i, s:f, s:f}, s:o, s:o, s:o}", "data",
        name, "splits", splits_json(ds, s), "mix", mixes_json(s), "excluded",
        changes_json(s->excluded), "relabelled", changes_json(s->relabelled), "class_weights",
        "balanced", reals_json(ds, s->weight_balanced), "effective",
        reals_json(ds, s->weight_effective), "chi_square", "statistic", s->mix.statistic, "dof",
        s->mix.dof, "p", s->mix.p, "cramers_v", s->mix.v, "brightness", tones_json(ds, s, false),
        "contrast", tones_json(ds, s, true), "balanced_sampler", draws_json(ds, s));
    json_dumpf(out, stdout, JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(out);
    free(name);
}

/* Columns that the names of the classes are given. */
static int name_width(const struct dataset *ds)
{
    int width = NAME;
    for (int c = 0; c < ds->classes; c++) {
        char cell[4 * NAME_MAX_COLUMNS + 1];
        int own = text_cell(cell, sizeof cell, ds->class_name[c], NAME_MAX_COLUMNS);
        width = own > width ? own : width;
    }
    return width;
}

static void print_name(const char *name, int width)
{
    char cell[4 * NAME_MAX_COLUMNS + 1];
    text_cell(cell, sizeof cell, name, width);
    fputs(cell, stdout);
}

/* How many columns of standard output are left beside the table of counts. */
static int bar_width(int name)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 80)
        size.ws_col = 80;
    int left = size.ws_col - name - COUNTS - 3;
    return left < 0 ? 0 : left < BAR_MAX ? left : BAR_MAX;
}

static void print_bar(double share, int width)
{
    int n = (int)(share * width + 0.5);
    for (int i = 0; i < n; i++)
        putchar('#');
    putchar('\n');
}

static double share_of(const struct stats_mix *m, int class)
{
    return m->n > 0 ? (double)m->count[class] / (double)m->n : 0;
}

/* Classes down, splits across, a bar for all; the longest bar is the largest class. */
static void print_counts(const struct dataset *ds, const struct stats *s)
{
    double most = 0;
    int name = name_width(ds), width = bar_width(name);
    for (int c = 0; c < ds->classes; c++)
        most = share_of(&s->all, c) > most ? share_of(&s->all, c) : most;
    print_name("", name);
    for (int i = 0; i < SPLITS; i++)
        printf("%15s", split_name((enum split)i));
    printf("%15s\n", "all");
    for (int c = 0; c < ds->classes; c++) {
        print_name(ds->class_name[c], name);
        for (int i = 0; i <= SPLITS; i++) {
            const struct stats_mix *m = i < SPLITS ? &s->split[i] : &s->all;
            printf(" %6ld %5.1f %%", m->count[c], 100 * share_of(m, c));
        }
        printf("  ");
        print_bar(most > 0 ? share_of(&s->all, c) / most : 0, width);
    }
}

static void print_mixes(const struct dataset *ds, const struct stats *s)
{
    static const char *const name[] = {"images", "imbalance", "effective"};
    for (int line = 0; line < 3; line++) {
        print_name(name[line], name_width(ds));
        for (int i = 0; i <= SPLITS; i++) {
            const struct stats_mix *m = i < SPLITS ? &s->split[i] : &s->all;
            if (line == 0)
                printf(" %6ld        ", m->n);
            else
                printf(" %6.2f        ", line == 1 ? m->imbalance : m->effective);
        }
        putchar('\n');
    }
    printf("imbalance: largest class / smallest; effective: exp(entropy), of %d classes\n",
           ds->classes);
}

static void print_weights(const struct dataset *ds, const struct stats *s)
{
    int name = name_width(ds);
    putchar('\n');
    print_name("Training", name);
    printf("  class weight           the balanced sampler's epoch of %ld images\n",
           s->split[SPLIT_TRAINING].n);
    print_name("", name);
    puts(" balanced  effective     shown  each image  of the class");
    for (int c = 0; c < ds->classes; c++) {
        print_name(ds->class_name[c], name);
        printf(" %8.3f  %9.3f  %8.0f  %6.2f x    %8.1f %%\n", s->weight_balanced[c],
               s->weight_effective[c], s->draw[c].shown, s->draw[c].times,
               100 * s->draw[c].distinct);
    }
    printf("balanced: n / (classes n_c); effective: after Cui et al. 2019 with beta %.3f\n",
           STATS_BETA);
}

static void print_histogram(const long *bin)
{
    static const char ramp[] = " .:-=+*#%@";
    long most = 1;
    for (int i = 0; i < STATS_BINS; i++)
        most = bin[i] > most ? bin[i] : most;
    putchar('|');
    for (int i = 0; i < STATS_BINS; i++)
        putchar(ramp[(bin[i] * 9 + most - 1) / most]);
    putchar('|');
}

static void print_tones(const struct dataset *ds, const struct stats *s)
{
    int name = name_width(ds);
    putchar('\n');
    print_name("", name);
    puts(" brightness 0..255         contrast 0..128");
    for (int c = 0; c <= ds->classes; c++) {
        const struct stats_tones *t = c < ds->classes ? &s->tones[c] : &s->all_tones;
        print_name(c < ds->classes ? ds->class_name[c] : "all", name);
        printf(" %5.1f ", t->brightness);
        print_histogram(t->brightness_bin);
        printf("  %5.1f ", t->contrast);
        print_histogram(t->contrast_bin);
        putchar('\n');
    }
    puts("mean and standard deviation of an image's grey levels, 16 bins each");
}

static void print_text(const struct dataset *ds, const struct stats *s, const char *data)
{
    char text[256], name[160];
    long excluded = 0, relabelled = 0;
    file_names(data, name, sizeof name);
    for (int i = 0; i < SPLITS; i++) {
        excluded += s->excluded[i];
        relabelled += s->relabelled[i];
    }
    printf("%s: %ld images, %d classes", name, s->all.n, s->all.present);
    if (excluded + relabelled > 0)
        printf("; by corrections %ld excluded, %ld relabelled", excluded, relabelled);
    puts("\n");
    print_counts(ds, s);
    print_mixes(ds, s);
    stats_mix_numbers(s, text, sizeof text);
    printf("\n%s\n%s\n", stats_mix_words(s), text);
    print_weights(ds, s);
    print_tones(ds, s);
}

static int stats_run(const struct opts *opts, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static struct stats stats;
    struct err err = {""};
    const char *data = opts->stats.data;
    if (data[0] == '\0') {
        fputs("moodtop stats: which data? expected --data FILE (fer2013.csv)\n", stderr);
        return EXIT_USAGE;
    }
    struct dataset *ds = data_open_set(opts, data, &err);
    if (ds == NULL) {
        fprintf(stderr, "moodtop stats: %s\n", err.text);
        return EXIT_FAILED;
    }
    stats_of(ds, &stats);
    if (opts->stats.json)
        print_json(ds, &stats, data);
    else
        print_text(ds, &stats, data);
    dataset_close(ds);
    return EXIT_OK;
}

const struct command cmd_stats = {
    .name = "stats",
    .args = "",
    .summary = "what a data set consists of: classes, balance, brightness",
    .sections = "stats data model detect",
    .examples = "moodtop stats --data fer2013.csv\n"
                "moodtop stats --data fer2013.csv --json\n",
    .run = stats_run,
};
