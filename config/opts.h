/*
 * opts: every knob of the program as plain structs, one per part. No functions live here, so that
 * nn/ and vision/ may include it and stay free of ini files and command lines.
 *
 * config/ fills a struct opts once, from defaults, ini files, environment and flags; from then on
 * it is read-only and may be read by any thread. Strings belong to the struct opts; "" means "not
 * given".
 */
#ifndef CONFIG_OPTS_H
#define CONFIG_OPTS_H

#include <stdbool.h>

#define OPTS_TEXT_MAX 1024

enum source_rotate { SOURCE_ROTATE_0, SOURCE_ROTATE_90, SOURCE_ROTATE_180, SOURCE_ROTATE_270 };

/* [source] where pictures come from; see vision/source.h for what a URI may be. */
struct source_opts {
    char uri[OPTS_TEXT_MAX];   /* "" = the first camera, or demo: where there is none */
    int width, height;         /* asked of a camera, pixels; 0 = its own choice */
    char format[32];           /* asked of a camera: "YUYV", "MJPG", "GREY"; "" = the best */
    enum source_rotate rotate; /* clockwise */
    bool flip;                 /* left and right swapped, also for the network */
    char region[64];           /* "X,Y,W,H" in percent; "" = all of the picture */
    double fps;   /* asked of a camera; rate of demo: and of picture folders; 0 = default */
    bool loop;    /* start again at the end */
    double speed; /* 1 = as recorded; 0 = as fast as it is consumed */
    int seed;     /* of demo: */
};

/* [detect] the Viola-Jones detector, words as in OpenCV's detectMultiScale. */
struct detect_opts {
    char cascade[OPTS_TEXT_MAX]; /* path, or a bare name looked up where opencv-data installs */
    double scale_factor;         /* > 1 */
    int min_neighbors;
    int min_size;   /* side of a face in pixels; 0 = a 30th of the picture's height, at least 24 */
    int max_size;   /* 0 = the picture's */
    double every_s; /* live: seconds between two searches of the whole picture; 0 = every frame */
};

/* [model] the network. */
struct model_opts {
    char dir[OPTS_TEXT_MAX]; /* "" = the shipped emotion model */
    double margin; /* how much of the box's side is added around a face before it is cropped */
    double offset_x, offset_y; /* how far the crop is moved, in sides of the box */
    bool align;                /* turn faces until their eyes are level */
};

/* [live] smoothing and output of the live program. */
struct live_opts {
    double half_life_s;             /* of the smoothed probabilities; 0 = raw */
    double hysteresis;              /* another label must be ahead by so much */
    double sure;                    /* a label's probability that is enough to say it */
    int max_faces;                  /* the largest ones are kept */
    bool plain;                     /* a line per result instead of a screen */
    int limit;                      /* end after this many results; 0 = never */
    char record[OPTS_TEXT_MAX];     /* file that gets what is found, .jsonl or .csv; "" = none */
    char save_faces[OPTS_TEXT_MAX]; /* folder that gets a picture of each face a second, or "" */
};

enum ui_color { UI_COLOR_AUTO, UI_COLOR_NEVER, UI_COLOR_16, UI_COLOR_256, UI_COLOR_DIRECT };
enum ui_renderer { UI_CACA, UI_HALF_GREY, UI_HALF_COLOR, UI_BRAILLE, UI_RAMP, UI_RENDERERS };

/* [ui] the screen. */
struct ui_opts {
    enum ui_renderer renderer;
    enum ui_color color;
    bool ascii; /* nothing beyond ASCII even where the locale has it */
    bool mouse;
    double fps;        /* most drawings a second */
    double max_kbps;   /* most kilobytes a second to the terminal; 0 = no limit */
    bool ack;          /* pace by the terminal's own answers (DSR) */
    bool noise_filter; /* keep 8x8 blocks that only flicker */
    bool mirror;       /* cameras are shown as a mirror shows them */
};

enum train_optimizer { TRAIN_ADAM, TRAIN_SGD, TRAIN_ADAMW };
enum train_schedule {
    TRAIN_SCHEDULE_COSINE,
    TRAIN_SCHEDULE_CONSTANT,
    TRAIN_SCHEDULE_STEP,
    TRAIN_SCHEDULE_PLATEAU
};
enum train_measure { TRAIN_MEASURE_ACCURACY, TRAIN_MEASURE_MACRO_F1 };
enum train_target { TRAIN_TARGET_VOTES, TRAIN_TARGET_LABEL };
enum train_doubtful { TRAIN_DOUBTFUL_LABEL, TRAIN_DOUBTFUL_DROP };
enum train_sampler { TRAIN_SAMPLER_SHUFFLE, TRAIN_SAMPLER_BALANCED };
enum train_weight { TRAIN_WEIGHT_NONE, TRAIN_WEIGHT_BALANCED };

/* [data] a data set and how it is read; see nn/dataset.h. */
struct data_opts {
    char set[OPTS_TEXT_MAX]; /* a file or folder, or several with commas between them */
    bool strict;             /* the first damaged row or file ends it */
    double val;              /* share of PublicTest where a set has none */
    int val_seed;
    bool crop_faces; /* of pictures in folders the largest face */
    char ferplus[OPTS_TEXT_MAX];
};

enum export_format { EXPORT_FOLDERS, EXPORT_CSV };
enum export_images { EXPORT_PNG, EXPORT_JPG };

/* [export] a data set in another form. */
struct export_opts {
    enum export_format format;
    enum export_images images;
};

/* What of [data] a training run keeps. */
struct data_from {
    double val;
    int val_seed;
    bool strict, crop_faces;
};

/* [train] see nn/train.h. */
struct train_opts {
    char data[OPTS_TEXT_MAX];
    struct data_from from;      /* how `data` is read: [data], kept with the run */
    char model[OPTS_TEXT_MAX];  /* model directory whose model.json and labels.txt are used */
    char out[OPTS_TEXT_MAX];    /* folder that gets the run directory */
    char name[64];              /* last part of the run directory's name */
    char resume[OPTS_TEXT_MAX]; /* run directory to go on with; its own options then hold */
    int epochs, batch, seed;
    int threads; /* 0 = as many as there are processors */
    int limit;   /* only the first N training rows; 0 = all */
    enum train_optimizer optimizer;
    double lr, momentum, weight_decay;
    bool nesterov;
    bool estimate; /* say what the run would cost instead of starting it */
    double clip_norm; /* largest norm of the whole gradient; 0 = any */
    enum train_schedule schedule;
    int lr_every;     /* epochs: between two steps, or without a better one on a plateau */
    double lr_factor; /* of each such change */
    enum train_measure measure; /* what makes an epoch the best one */
    int patience;               /* epochs without a better one before the run ends; 0 = never */
    double warmup_epochs;       /* linear from 0; then as `schedule` says */
    double label_smoothing;
    char ferplus[OPTS_TEXT_MAX];          /* the votes of FER+ for the rows of `data`, or "" */
    double ferplus_weight;                /* share of the votes in the targets */
    enum train_target ferplus_target;     /* the votes, or the labels that go with them */
    enum train_doubtful ferplus_doubtful; /* rows whose votes are mostly for no class */
    enum train_weight class_weight;       /* in the loss */
    enum train_sampler sampler;
    char weights[OPTS_TEXT_MAX]; /* safetensors file to start with, or "" */
    char teacher[OPTS_TEXT_MAX]; /* model directory of a network to learn from, or "" */
    double teacher_weight;       /* its share in the loss */
    double teacher_temperature;
    double mixup; /* both parameters of the Beta distribution; 0 = off */
    double ema;   /* decay of the moving average of the weights per step; 0 = off */
    bool flip;
    int crop;                   /* +- whole pixels, black beyond the border */
    double shift, rotate, zoom; /* +- pixels, +- degrees, +- natural logarithm of the scale */
    double brightness, contrast, erasing;
    bool half;        /* best.safetensors holds float16 */
    bool tensorboard; /* an event file as well */
};

/* [launch] how a training run is started. */
struct launch_opts {
    bool detach; /* in a session of its own, which goes on without terminal and starter */
    bool queue;  /* wait until no other run of the folder is trained; detached runs do so anyway */
    bool now;    /* do not wait */
    int nice;    /* of detached runs */
};

/* [runs] the run directories. */
struct runs_opts {
    char dir[OPTS_TEXT_MAX]; /* folder of the run directories; "" = [train] out */
    bool json;
};

enum eval_tta { EVAL_TTA_NONE, EVAL_TTA_FLIP, EVAL_TTA_TEN };

/* [eval] one pass over a split. */
struct eval_opts {
    char data[OPTS_TEXT_MAX];
    char split[32];
    bool json;
    int threads; /* 0 = as many as there are processors */
    int batch;
    enum eval_tta tta; /* each image is seen in several ways, whose mean counts */
    int tta_shift;     /* pixels */
    bool calibrate;    /* finds the temperature and writes it into the model's directory */
};

/* [stats] what a data set consists of. */
struct stats_opts {
    char data[OPTS_TEXT_MAX];
    bool json;
};

/* [doctor] what is wrong with a data set. */
struct doctor_opts {
    char data[OPTS_TEXT_MAX];
    bool json;
    bool fix;    /* exclude from Training what stands in another split */
    bool undo;   /* take back what fix wrote */
    bool list;   /* every finding, not just how many */
    bool faces;  /* look for a face in each image */
    bool labels; /* ask the network what it thinks of the labels */
    int threads; /* 0 = as many as there are processors */
};

/* [browse] looking through a data set. */
struct browse_opts {
    char split[32], class[64]; /* what is shown at first; "" = all */
};

/* [bench] how fast networks are. */
struct weights_opts {
    char save[OPTS_TEXT_MAX]; /* directory that gets the network, or "" */
    bool half;                /* weights as float16 */
};

struct bench_opts {
    bool json;
    int threads; /* 0 = as many as there are processors */
    int batch;
    double seconds; /* per measurement */
};

/* [predict] pictures and videos in batch. */
struct predict_opts {
    bool json;
    char annotate[OPTS_TEXT_MAX]; /* folder (or, for one picture, file) that gets the marked
                                     pictures */
};

/* [report] a record in numbers. */
struct report_opts {
    bool json;
};

/* [replay] a record on the screen again. */
struct replay_opts {
    double speed;
    double start_s;
};

/* [config] printing the configuration. */
struct config_opts {
    bool json;
};

struct opts {
    struct source_opts source;
    struct detect_opts detect;
    struct model_opts model;
    struct live_opts live;
    struct ui_opts ui;
    struct data_opts data;
    struct export_opts export;
    struct train_opts train;
    struct launch_opts launch;
    struct runs_opts runs;
    struct eval_opts eval;
    struct stats_opts stats;
    struct doctor_opts doctor;
    struct browse_opts browse;
    struct weights_opts weights;
    struct bench_opts bench;
    struct predict_opts predict;
    struct report_opts report;
    struct replay_opts replay;
    struct config_opts config;
    char log[OPTS_TEXT_MAX]; /* file for log lines; "" = stderr, or the state folder while a screen
                                is up */
    int verbose;
};

#endif
