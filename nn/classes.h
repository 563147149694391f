/* classes: FER2013's seven classes and the other names that data sets give them. Pure. */
#ifndef NN_CLASSES_H
#define NN_CLASSES_H

/* "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral". */
extern const char *const classes_names[7];

/* Which of the seven a name means ("Happiness", "joy" and "03_happy" are 3), or -1. */
int classes_find(const char *name);

#endif
