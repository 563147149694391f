/* table: see table.h. Constant data. */
#include "config/table.h"

#include <ctype.h>
#include <float.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "config/opts.h"

/* Section, key and place of a field whose path in struct opts is "section.key". */
#define FIELD(s, k)                                                                                \
    .section = #s, .key = #k, .offset = offsetof(struct opts, s.k),                                \
    .size = sizeof(((struct opts *)0)->s.k)
/* The same for the fields that stand in struct opts itself. */
#define GENERAL(k)                                                                                 \
    .section = "general", .key = #k, .offset = offsetof(struct opts, k),                           \
    .size = sizeof(((struct opts *)0)->k)

#define BOOL(value) .type = TABLE_BOOL, .def = value
#define INT(value, lo, hi) .type = TABLE_INT, .def = value, .min = lo, .max = hi
#define REAL(value, lo, hi) .type = TABLE_REAL, .def = value, .min = lo, .max = hi
#define TEXT(value) .type = TABLE_TEXT, .def = value
#define PATH(value) .type = TABLE_PATH, .def = value
#define ENUM(value, list) .type = TABLE_ENUM, .def = value, .names = list

static const char *const colors[] = {"auto", "never", "16", "256", "direct", NULL};
static const char *const renderers[] = {"caca", "half-grey", "half-color", "braille", "ramp", NULL};
static const char *const rotations[] = {"0", "90", "180", "270", NULL};
static const char *const optimizers[] = {"adam", "sgd", "adamw", NULL};
static const char *const schedules[] = {"cosine", "constant", "step", "plateau", NULL};
static const char *const ttas[] = {"none", "flip", "ten", NULL};
static const char *const measures[] = {"accuracy", "macro-f1", NULL};
static const char *const vote_targets[] = {"votes", "label", NULL};
static const char *const doubtfuls[] = {"label", "drop", NULL};
static const char *const samplers[] = {"shuffle", "balanced", NULL};
static const char *const export_formats[] = {"folders", "csv", NULL};
static const char *const export_images[] = {"png", "jpg", NULL};
static const char *const class_weights[] = {"none", "balanced", NULL};

const struct table_section table_sections[] = {
    {"source", "where the pictures come from"},
    {"detect", "how faces are found (Viola-Jones)"},
    {"model", "the network that reads the moods"},
    {"live", "smoothing and output of the live program"},
    {"ui", "the screen"},
    {"predict", "pictures and videos in batch"},
    {"report", "a record in numbers"},
    {"replay", "a record on the screen again"},
    {"data", "data sets"},
    {"export", "a data set in another form"},
    {"train", "training a network"},
    {"launch", "how a training run is started"},
    {"runs", "training runs"},
    {"eval", "measuring a network"},
    {"stats", "what a data set consists of"},
    {"doctor", "what is wrong with a data set"},
    {"browse", "looking through a data set"},
    {"weights", "a trained network as a model directory"},
    {"bench", "measuring how fast networks are"},
    {"config", "printing the configuration"},
    {"general", "all commands"},
    {NULL, NULL},
};

const struct table_row table_rows[] = {
    {FIELD(source, uri), PATH(""), .flag = "source", .metavar = "SOURCE",
     .help = "camera (/dev/videoN or N), video or picture file, folder of pictures, - for "
             "standard input, rtsp:// or http:// address, or demo:; empty is the first camera, or "
             "demo: where there is none"},
    {FIELD(source, width), INT("0", 0, 16384), .unit = "pixels",
     .help = "width to ask of a camera; 0 leaves the choice to it"},
    {FIELD(source, height), INT("0", 0, 16384), .unit = "pixels",
     .help = "height to ask of a camera; 0 leaves the choice to it"},
    {FIELD(source, fps), REAL("0", 0, 1000), .flag = "capture-fps", .unit = "frames/s",
     .help = "rate to ask of a camera, and rate of demo: and of picture folders; 0 leaves the "
             "choice to the source"},
    {FIELD(source, format), TEXT(""), .metavar = "NAME",
     .help = "format to ask of a camera, as it names it: YUYV, MJPG, GREY; empty is the best one"},
    {FIELD(source, rotate), ENUM("0", rotations), .metavar = "DEGREES",
     .help = "turn the pictures clockwise"},
    {FIELD(source, flip), BOOL("false"),
     .help = "swap left and right before faces are searched (ui mirror only shows it so)"},
    {FIELD(source, region), TEXT(""), .metavar = "X,Y,W,H",
     .help = "use only this part of the pictures, in percent of them, before they are turned"},
    {FIELD(source, loop), BOOL("false"), .help = "start a file or folder again at its end"},
    {FIELD(source, speed), REAL("1", 0, 1000), .metavar = "FACTOR",
     .help = "speed of a file or of demo:, where 1 is as recorded, 0 as fast as it can be worked "
             "through"},
    {FIELD(source, seed), INT("1", 0, INT_MAX), .help = "seed of demo:'s movements"},

    {FIELD(detect, cascade), PATH("haarcascade_frontalface_alt2.xml"), .metavar = "FILE",
     .help = "cascade in OpenCV's XML; a bare name is looked up where opencv-data installs them"},
    {FIELD(detect, scale_factor), REAL("1.1", 1, 2), .above = true, .metavar = "FACTOR",
     .help = "step between two sizes of face that are searched for"},
    {FIELD(detect, min_neighbors), INT("5", 0, 1000),
     .help = "raw hits that must lie together to count as a face"},
    {FIELD(detect, min_size), INT("0", 0, 16384), .unit = "pixels",
     .help = "side of the smallest face that is searched for; 0 is a 30th of the picture's height, "
             "at least 24"},
    {FIELD(detect, max_size), INT("0", 0, 16384), .unit = "pixels",
     .help = "side of the largest face that is searched for; 0 is the picture's own size"},
    {FIELD(detect, every_s), REAL("0.5", 0, 3600), .flag = "scan-every", .unit = "s",
     .help =
         "live: time between two searches of the whole picture; in between, faces are followed; "
         "0 searches every frame"},

    {FIELD(model, dir), PATH(""), .flag = "model", .letter = 'm', .metavar = "DIR",
     .help = "model directory; empty is the shipped emotion model"},
    {FIELD(model, margin), REAL("0.05", -0.3, 2), .metavar = "SHARE",
     .help = "how much of a face's side is added around it before it is given to the network"},
    {FIELD(model, offset_x), REAL("0", -0.5, 0.5), .metavar = "SHARE",
     .help = "how far the crop is moved to the right, in sides of the face"},
    {FIELD(model, offset_y), REAL("0", -0.5, 0.5), .metavar = "SHARE",
     .help = "how far the crop is moved down, in sides of the face"},
    {FIELD(model, align), BOOL("false"),
     .help = "turn faces until their eyes are level (haarcascade_eye.xml finds them)"},

    {FIELD(live, half_life_s), REAL("0.5", 0, 3600), .flag = "half-life", .unit = "s",
     .help = "half-life of the smoothed probabilities; 0 shows them raw"},
    {FIELD(live, hysteresis), REAL("0.1", 0, 1), .metavar = "SHARE",
     .help = "how far another mood must be ahead to become the label"},
    {FIELD(live, sure), REAL("0.4", 0, 1), .metavar = "SHARE",
     .help = "probability that a mood needs to be said; below it the label is \"not sure\""},
    {FIELD(live, max_faces), INT("16", 1, 64), .help = "faces to read at most, largest first"},
    {FIELD(live, plain), BOOL("false"),
     .help = "print a line per result instead of drawing a screen"},
    {FIELD(live, limit), INT("0", 0, INT_MAX), .help = "end after this many results; 0 is never"},
    {FIELD(live, record), PATH(""), .metavar = "FILE",
     .help = "write a line per face and analysed picture to this new file, .jsonl or .csv"},
    {FIELD(live, save_faces), PATH(""), .metavar = "DIR",
     .help = "save a picture of each face in this folder, once a second; empty saves none"},

    {FIELD(ui, renderer), ENUM("caca", renderers), .help = "how the picture is drawn"},
    {FIELD(ui, color), ENUM("auto", colors), .metavar = "WHEN",
     .help = "colours: by the terminal, never, or as many as are named here"},
    {FIELD(ui, ascii), BOOL("false"), .help = "draw with ASCII characters alone"},
    {FIELD(ui, mouse), BOOL("false"), .help = "listen to the mouse"},
    {FIELD(ui, fps), REAL("15", 0, 240), .above = true, .unit = "frames/s",
     .help = "most drawings a second"},
    {FIELD(ui, ack), BOOL("true"),
     .help = "wait for the terminal's answer before drawing the next picture, so that a slow "
             "connection does not lag"},
    {FIELD(ui, max_kbps), REAL("0", 0, 1e6), .unit = "kB/s",
     .help = "most kilobytes a second that are sent to the terminal; 0 is no limit"},
    {FIELD(ui, noise_filter), BOOL("true"),
     .help = "leave parts of the picture alone that only flicker"},
    {FIELD(ui, mirror), BOOL("true"), .help = "show cameras as a mirror does"},

    {FIELD(predict, json), BOOL("false"), .help = "print a JSON object per picture"},
    {FIELD(predict, annotate), PATH(""), .metavar = "OUT",
     .help = "folder (or, for one picture, file) that gets the pictures with the faces marked"},

    {FIELD(report, json), BOOL("false"), .help = "print one JSON object"},

    {FIELD(replay, speed), REAL("1", 0, 100), .above = true, .metavar = "FACTOR",
     .help = "1 is as it was recorded"},
    {FIELD(replay, start_s), REAL("0", 0, 1e9), .flag = "start", .unit = "s",
     .help = "where in the record to begin"},

    {FIELD(data, set), PATH(""), .flag = "data", .letter = 'd', .metavar = "SET", .joins = true,
     .help = "images and labels: a CSV file as fer2013.csv, a folder of folders of pictures "
             "(SPLIT/CLASS/ or CLASS/), Kaggle's facial key points, a pack of \"moodtop import\"; "
             "several one after the other, or with commas between them"},
    {FIELD(data, strict), BOOL("false"),
     .help = "end at the first damaged row or file instead of leaving it out"},
    {FIELD(data, val), REAL("0.1", 0, 0.9), .above = true, .metavar = "SHARE",
     .help = "share of the training images, of each class alike, that becomes PublicTest where a "
             "set has none"},
    {FIELD(data, val_seed), INT("1", 0, INT_MAX), .help = "which ones: the seed of that choice"},
    {FIELD(data, crop_faces), BOOL("false"),
     .help = "cut the largest face out of each picture of a folder"},
    {FIELD(data, ferplus), PATH(""), .metavar = "FILE",
     .help = "votes of FER+ for the rows of the data, as fer2013new.csv; empty is a ferplus.csv or "
             "fer2013new.csv beside the data, where there is one"},

    {FIELD(export, format), ENUM("folders", export_formats),
     .help = "folders SPLIT/CLASS/ of pictures, or one file as fer2013.csv"},
    {FIELD(export, images), ENUM("png", export_images),
     .help = "what the pictures in folders are: PNG loses nothing, JPEG a little of each pixel"},

    {FIELD(train, data), PATH(""), .letter = 'd', .metavar = "SET", .joins = true,
     .help = "images and labels: a data set of any kind, or several"},
    {FIELD(train, model), PATH(""), .letter = 'm', .metavar = "DIR",
     .help = "model directory whose network is trained, with as many outputs as the data has "
             "classes; empty is the shipped one"},
    {FIELD(train, weights), PATH(""), .metavar = "FILE",
     .help =
         "start with the weights of this safetensors file, where other classes are meant without "
         "the last layer; empty is at random"},
    {FIELD(train, out), PATH("runs"), .letter = 'o', .metavar = "DIR",
     .help = "folder in which the run's own directory is made"},
    {FIELD(train, name), TEXT(""), .metavar = "NAME",
     .help = "last part of the run directory's name; empty is the model's name"},
    {FIELD(train, resume), PATH(""), .flag_only = true, .metavar = "RUNDIR",
     .help = "go on with a stopped run; all options but --data, --ferplus, --teacher and --threads "
             "come from "
             "there"},
    {FIELD(train, estimate), BOOL("false"), .flag_only = true,
     .help =
         "train a few batches, tell time and memory of the whole run, and leave nothing behind"},
    {FIELD(train, epochs), INT("40", 1, 100000), .help = "passes over the training images"},
    {FIELD(train, batch), INT("64", 1, 65536), .unit = "images", .help = "images per step"},
    {FIELD(train, threads), INT("0", 0, 1024), .help = "threads; 0 is one per processor"},
    {FIELD(train, seed), INT("1", 0, INT_MAX),
     .help = "seed of the first weights, the order and the augmentation"},
    {FIELD(train, limit), INT("0", 0, INT_MAX), .unit = "images",
     .help = "use only the first so many training images; 0 is all"},
    {FIELD(train, optimizer), ENUM("sgd", optimizers), .help = "how the weights are moved"},
    {FIELD(train, lr), REAL("0.05", 0, 100), .above = true, .metavar = "RATE",
     .help = "learning rate at its highest"},
    {FIELD(train, momentum), REAL("0.9", 0, 1), .metavar = "SHARE", .help = "momentum of sgd"},
    {FIELD(train, weight_decay), REAL("0.0005", 0, 1), .metavar = "RATE",
     .help = "decay of the weights (not of biases and batch normalisation)"},
    {FIELD(train, nesterov), BOOL("true"), .help = "look ahead in sgd, as Nesterov does"},
    {FIELD(train, clip_norm), REAL("0", 0, 1e6), .metavar = "NORM",
     .help = "shorten the gradient of a step to this norm where it is longer; 0 is off"},
    {FIELD(train, schedule), ENUM("cosine", schedules), .metavar = "NAME",
     .help = "learning rate after the warm-up: along a cosine to 0, constant, lower in steps, or "
             "lower where PublicTest does not get better"},
    {FIELD(train, lr_every), INT("10", 1, 100000), .unit = "epochs",
     .help = "time between two steps of the learning rate, or without a better epoch on a plateau"},
    {FIELD(train, lr_factor), REAL("0.1", 0, 1), .above = true, .metavar = "FACTOR",
     .help = "what the learning rate is multiplied by at a step or on a plateau"},
    {FIELD(train, measure), ENUM("accuracy", measures), .metavar = "NAME",
     .help = "which figure of PublicTest makes an epoch the best one"},
    {FIELD(train, patience), INT("0", 0, 100000), .unit = "epochs",
     .help = "end the run after so long without a better epoch; 0 is never"},
    {FIELD(train, warmup_epochs), REAL("2", 0, 100000), .unit = "epochs",
     .help = "time over which the learning rate rises from 0"},
    {FIELD(train, label_smoothing), REAL("0.1", 0, 0.9), .metavar = "SHARE",
     .help = "share of each label that is spread over all classes"},
    {FIELD(train, ferplus), PATH(""), .metavar = "FILE",
     .help = "votes of FER+ for the rows of the data, as fer2013new.csv; only those of training "
             "images are used"},
    {FIELD(train, ferplus_weight), REAL("0.5", 0, 1), .metavar = "SHARE",
     .help = "share of the votes in what is to be learned; the rest is the label's"},
    {FIELD(train, ferplus_target), ENUM("label", vote_targets), .metavar = "HOW",
     .help = "what the votes teach: themselves, or how probable each label is where such votes "
             "stand"},
    {FIELD(train, ferplus_doubtful), ENUM("label", doubtfuls), .metavar = "HOW",
     .help = "images whose votes are mostly for none of the classes: learn their label, or drop "
             "them"},
    {FIELD(train, class_weight), ENUM("none", class_weights), .metavar = "HOW",
     .help = "weight of an image in the loss: all the same, or more for rare classes"},
    {FIELD(train, sampler), ENUM("shuffle", samplers), .metavar = "HOW",
     .help = "each image once an epoch, or each class equally often"},
    {FIELD(train, teacher), PATH(""), .metavar = "DIR",
     .help = "model directory of a trained network, a larger one perhaps, to learn from as well"},
    {FIELD(train, teacher_weight), REAL("0.5", 0, 1), .metavar = "SHARE",
     .help = "share of what the teacher says in the loss; the rest is the labels'"},
    {FIELD(train, teacher_temperature), REAL("2", 0, 100), .above = true, .metavar = "T",
     .help = "logits of both networks are divided by this before they are compared"},
    {FIELD(train, mixup), REAL("0", 0, 10), .metavar = "ALPHA",
     .help = "blend each image and its target with another's, by a share drawn from "
             "Beta(ALPHA, ALPHA); 0 is off"},
    {FIELD(train, ema), REAL("0.999", 0, 0.999999), .metavar = "DECAY",
     .help = "decay per step of the moving average of the weights; 0 is off"},
    {FIELD(train, flip), BOOL("true"), .help = "mirror half of the images"},
    {FIELD(train, crop), INT("0", 0, 47), .unit = "pixels",
     .help = "images are padded with black by this and cut out at random"},
    {FIELD(train, shift), REAL("4", 0, 1000), .unit = "pixels",
     .help = "images are shifted at random by up to this"},
    {FIELD(train, rotate), REAL("15", 0, 180), .unit = "degrees",
     .help = "images are turned at random by up to this"},
    {FIELD(train, zoom), REAL("0.15", 0, 2), .metavar = "X",
     .help = "images are scaled at random by a factor between exp(-X) and exp(X)"},
    {FIELD(train, brightness), REAL("0.2", 0, 1), .metavar = "SHARE",
     .help = "brightness is moved at random by up to this share of the whole range"},
    {FIELD(train, contrast), REAL("0.2", 0, 1), .metavar = "SHARE",
     .help = "contrast is changed at random by up to this share"},
    {FIELD(train, erasing), REAL("0.3", 0, 1), .metavar = "SHARE",
     .help = "share of the images in which a random rectangle is erased"},
    {FIELD(train, half), BOOL("true"), .help = "store the best weights as float16"},
    {FIELD(train, tensorboard), BOOL("false"),
     .help = "write an event file for TensorBoard into the run directory"},

    {FIELD(launch, detach), BOOL("false"), .flag_only = true,
     .help = "train in the background, where neither the end of this terminal nor of its "
             "connection reaches it, and print the run directory"},
    {FIELD(launch, queue), BOOL("false"), .flag_only = true,
     .help = "wait until no other run of the same folder is trained; detached runs wait anyway"},
    {FIELD(launch, now), BOOL("false"), .flag_only = true,
     .help = "start at once, also while another run is trained"},
    {FIELD(launch, nice), INT("10", 0, 19),
     .help = "how much a detached run leaves the processors to others, the live screen beside it "
             "first of all: 19 is most, with 0 it takes its full share"},

    {FIELD(runs, dir), PATH(""), .flag = "out", .letter = 'o', .metavar = "DIR",
     .help = "folder of the run directories; empty is that of [train] out"},
    {FIELD(runs, json), BOOL("false"), .flag_only = true,
     .help = "print JSON: a list of the runs, or the events of one as they come"},

    {FIELD(eval, data), PATH(""), .letter = 'd', .metavar = "SET", .joins = true,
     .help = "images and labels: a data set of any kind, or several"},
    {FIELD(eval, split), TEXT("PrivateTest"), .metavar = "NAME",
     .help = "the rows to use, by the Usage column: Training, PublicTest or PrivateTest"},
    {FIELD(eval, json), BOOL("false"), .help = "print one JSON object"},
    {FIELD(eval, threads), INT("0", 0, 1024), .help = "threads; 0 is one per processor"},
    {FIELD(eval, batch), INT("64", 1, 65536), .unit = "images", .help = "images at a time"},
    {FIELD(eval, tta), ENUM("none", ttas), .metavar = "HOW",
     .help = "mean over several views of each image: none, flip (it and its mirror image), ten "
             "(it, four shifts, and the mirror images of these five)"},
    {FIELD(eval, tta_shift), INT("2", 1, 24), .unit = "pixels", .help = "shift of --tta ten"},
    {FIELD(eval, calibrate), BOOL("false"), .flag_only = true,
     .help = "first find, on PublicTest, the temperature at which the probabilities are right most "
             "often, and write it to calibration.json of the model"},

    {FIELD(stats, data), PATH(""), .letter = 'd', .metavar = "SET", .joins = true,
     .help = "images and labels: a data set of any kind, or several"},
    {FIELD(stats, json), BOOL("false"), .help = "print one JSON object"},

    {FIELD(doctor, data), PATH(""), .letter = 'd', .metavar = "SET", .joins = true,
     .help = "images and labels: a data set of any kind, or several"},
    {FIELD(doctor, json), BOOL("false"), .help = "print one JSON object"},
    {FIELD(doctor, list), BOOL("false"),
     .help = "name every image that something is wrong with, not just how many there are"},
    {FIELD(doctor, fix), BOOL("false"), .flag_only = true,
     .help = "exclude from Training the images that stand in PublicTest or PrivateTest too, by "
             "lines in the corrections file beside the data"},
    {FIELD(doctor, undo), BOOL("false"), .flag_only = true,
     .help = "take back the exclusions that --fix wrote"},
    {FIELD(doctor, faces), BOOL("true"), .help = "look for a face in each image"},
    {FIELD(doctor, labels), BOOL("true"),
     .help = "ask the network which labels it cannot believe: by its loss, on images too that it "
             "has learned from"},
    {FIELD(doctor, threads), INT("0", 0, 1024), .help = "threads; 0 is one per processor"},

    {FIELD(browse, split), TEXT(""), .metavar = "NAME",
     .help = "show only Training, PublicTest or PrivateTest at first"},
    {FIELD(browse, class), TEXT(""), .metavar = "NAME", .help = "show only this class at first"},

    {FIELD(weights, save), PATH(""), .metavar = "DIR", .flag_only = true,
     .help = "write the network to this directory: model.json, labels.txt and weights"},
    {FIELD(weights, half), BOOL("false"), .flag_only = true,
     .help = "write the weights as float16: half the size, 3 digits"},

    {FIELD(bench, json), BOOL("false"), .help = "print one JSON object"},
    {FIELD(bench, threads), INT("0", 0, 1024), .help = "threads; 0 is one per processor"},
    {FIELD(bench, batch), INT("64", 1, 4096), .unit = "images", .help = "images at a time"},
    {FIELD(bench, seconds), REAL("2", 0, 3600), .metavar = "S",
     .help = "seconds that each measurement takes"},

    {FIELD(config, json), BOOL("false"), .flag_only = true, .help = "print one JSON object"},

    {GENERAL(log), PATH(""), .metavar = "FILE",
     .help = "file for log lines; empty is standard error, or a file in the state folder while a "
             "screen is up"},
    {GENERAL(verbose), INT("0", 0, 2), .letter = 'v', .counts = true,
     .help = "log more; twice logs most"},
};

const int table_count = MEM_COUNT(table_rows);

const struct table_section *table_section(const char *name)
{
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

const struct table_row *table_find(const char *section, const char *key)
{
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section) == 0 && strcmp(table_rows[i].key, key) == 0)
            return &table_rows[i];
    return NULL;
}

const char *table_nearest_section(const char *name)
{
    const char *best = NULL;
    for (const struct table_section *s = table_sections; s->name != NULL; s++)
        text_nearer(name, s->name, &best);
    return best;
}

const char *table_nearest_key(const char *section, const char *key)
{
    const char *best = NULL;
    for (int i = 0; i < table_count; i++)
        if (strcmp(table_rows[i].section, section) == 0 && !table_rows[i].flag_only)
            text_nearer(key, table_rows[i].key, &best);
    return best;
}

static void underscores_to_dashes(char *p)
{
    for (; *p != '\0'; p++)
        if (*p == '_')
            *p = '-';
}

void table_flag(const struct table_row *row, char *out)
{
    snprintf(out, TABLE_FLAG_MAX, "%s", row->flag != NULL ? row->flag : row->key);
    underscores_to_dashes(out);
}

void table_long_flag(const struct table_row *row, char *out)
{
    snprintf(out, TABLE_FLAG_MAX, "%s-%s", row->section, row->key);
    underscores_to_dashes(out);
}

void table_variable(const struct table_row *row, char *out)
{
    snprintf(out, TABLE_FLAG_MAX, "MOODTOP_%s_%s", row->section, row->key);
    for (char *p = out; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
}

const char *table_metavar(const struct table_row *row)
{
    static const char *const by_type[] = {
        [TABLE_BOOL] = "BOOL", [TABLE_INT] = "N",     [TABLE_REAL] = "X",
        [TABLE_TEXT] = "TEXT", [TABLE_PATH] = "PATH", [TABLE_ENUM] = "NAME",
    };
    return row->metavar != NULL ? row->metavar : by_type[row->type];
}
