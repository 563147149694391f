/*
 * tree: pictures in folders into a pack: SPLIT/CLASS/picture, or CLASS/picture.
 *
 * Split folders are recognised by their names (train, Training; val, valid, PublicTest; test,
 * PrivateTest; ...), classes by theirs, as nn/classes.h does; any other name is a class of its own.
 * Rows come split by split, class by class, by the natural order of names; where every name is a
 * number that no other has, as sets are exported, by these.
 */
#ifndef NN_TREE_H
#define NN_TREE_H

#include "nn/pack_write.h"

/* Adds the pictures below dir to w, which has begun the part, decoding them on all processors with
 * how->picture. What cannot be read goes to pack_damage, or, with how->strict, ends it. *named: a
 * folder is called as a split is here, "Training": the splits are as they are meant. 0, or -1 with
 * the file and what is wrong. */
int tree_read(const char *dir, const struct dataset_how *how, struct pack_writer *w, bool *named,
              struct err *err);

/* The split that a folder's name means ("valid" is PublicTest), or -1. */
int tree_split(const char *name);

#endif
