/*
 * performer_face: the shapes that one frame of the performer is painted from. Private to
 * performer*.c.
 *
 * Lengths are in face units: half of the head's width is about 1, x grows to the picture's right,
 * y downwards, the origin lies between the eyes. A struct face is built anew for each frame, on the
 * stack of whoever draws.
 */
#ifndef VISION_PERFORMER_FACE_H
#define VISION_PERFORMER_FACE_H

#include <stdint.h>

enum {       /* the action units that the performer knows, by their FACS numbers */
       AU1,  /* inner brow raiser */
       AU2,  /* outer brow raiser */
       AU4,  /* brow lowerer */
       AU5,  /* upper lid raiser */
       AU6,  /* cheek raiser */
       AU7,  /* lid tightener */
       AU9,  /* nose wrinkler */
       AU10, /* upper lip raiser */
       AU12, /* lip corner puller */
       AU15, /* lip corner depressor */
       AU16, /* lower lip depressor */
       AU17, /* chin raiser */
       AU20, /* lip stretcher */
       AU23, /* lip tightener */
       AU25, /* lips part */
       AU26, /* jaw drop */
       AU43, /* eyes closed */
       AU_COUNT
};

struct pose {
    float au[AU_COUNT];   /* 0 at rest .. 1 strongest */
    float x, y;           /* the origin's way from its place, face units */
    float roll;           /* radians */
    float zoom;           /* 1 = as usual */
    float yaw, pitch;     /* how far the features slide over the head, face units */
    float gaze_x, gaze_y; /* -1 .. 1 */
};

struct look { /* the person: chosen by the seed alone */
    float width, jaw, chin;
    float eye_gap, eye_size, eye_tilt;
    float brow_thick, brow_arch;
    float nose_width, nose_length;
    float mouth_width, lips;
    float uneven; /* the left side plays a little more than the right, or less */
    float light;  /* x of the light's direction */
    float skin[3], hair[3], iris[3], cloth[3], wall[3];
    float hairline, hair_top, long_hair, stubble;
    uint32_t grain;
};

struct ellipse {
    float x, y, rx, ry;
    float cs, sn; /* direction of rx */
};

struct relief { /* a bump (or, below 0, a hollow) of the skin */
    struct ellipse at;
    float height;
};

struct tint { /* darkens the skin, most in the middle: colour *= 1 - take */
    struct ellipse at;
    float take[3];
};

#define STROKE_POINTS 6

struct stroke { /* a soft line: brows, lashes, wrinkles, folds */
    int points;
    float x[STROKE_POINTS], y[STROKE_POINTS], half[STROKE_POINTS]; /* half its width */
    float x0, y0, x1, y1;                                          /* bounds, without the rim */
    float soft;                                                    /* width of its rim */
    float alpha, rgb[3];
};

#define OUTLINE_STEPS 128

struct outline { /* half the width of a symmetric shape by y */
    float top, bottom, step;
    float half[OUTLINE_STEPS + 1], slope[OUTLINE_STEPS + 1]; /* slope: 1 / sqrt(1 + half'^2) */
};

struct eye {
    float x, y, half, up, low; /* middle, half its width, height of the two lids' arcs */
    float tilt;                /* y per x: how much the outer corner hangs */
    float iris_x, iris_y, iris;
};

struct mouth {
    float x, y, half;
    float corner;        /* how far the corners lie below the middle */
    float round;         /* 0: lens-shaped opening .. 1: oval */
    float open_up, open; /* of the opening's arcs above and below the line */
    float lip_up, lip_low;
    float teeth, teeth_low; /* how much of them shows, face units */
};

#define FACE_RELIEFS 32
#define FACE_TINTS 24
#define FACE_STROKES 40

struct face {
    struct look look;
    float x, y, scale, cs, sn; /* face units to pixels */
    float yaw, pitch, chin;
    struct outline head, hair, mane;
    struct relief relief[FACE_RELIEFS];
    struct tint tint[FACE_TINTS];
    struct stroke stroke[FACE_STROKES];
    int reliefs, tints, strokes;
    struct eye eye[2];
    struct mouth mouth;
};

/* Chooses the person of a seed. */
void look_make(struct look *look, unsigned seed);

/* Builds the shapes of a person in a pose, placed in a picture of that size. */
void face_make(struct face *f, const struct look *look, const struct pose *pose, int width,
               int height);

/* The pixel where a point of the face lies. */
void face_to_pixel(const struct face *f, float x, float y, float *px, float *py);

/* Paints the whole picture: the wall, before it the first face, before that the next one, ...; rgb
 * or grey may be NULL. */
void face_paint(const struct face *faces, int count, int width, int height, uint8_t *rgb,
                uint8_t *grey);

#endif
