/*
 * replay: a record (vision/record.h) played on a clock of its own, that can be held, moved and
 * sped up. Belongs to the watcher's thread; live.h hands its calls on.
 */
#ifndef VISION_REPLAY_H
#define VISION_REPLAY_H

#include <stdbool.h>

#include "base/err.h"
#include "nn/infer.h"
#include "vision/live.h"

/* Of the record that are played at once after a jump, for the graph. */
#define REPLAY_BEFORE_S 60.0

struct replay;

/* Reads the record once, to know its length and that it is sound. NULL and err. */
struct replay *replay_open(const char *path, double start_s, double speed, struct err *err);
void replay_close(struct replay *r);

/* Readable when the next scene is due. */
int replay_fd(const struct replay *r);

/*
 * As live_update. One scene at a time: status->more says that another one is due already. The
 * frame is an empty one of the scene's size; times are on the record's clock: status->now.
 */
bool replay_update(struct replay *r, struct scene *scene, struct live_status *status,
                   struct frame **frame);

void replay_pause(struct replay *r, bool on);
bool replay_paused(const struct replay *r);
void replay_seek(struct replay *r, double position);
void replay_speed(struct replay *r, double speed);

/* Name and classes as in the record's head. */
const struct infer_info *replay_model(const struct replay *r);

#endif
