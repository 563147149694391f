/* live_status: how it stands with a source, its analysis and its record; a copy of the watcher's.
 */
#ifndef VISION_LIVE_STATUS_H
#define VISION_LIVE_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum live_state { LIVE_OPENING, LIVE_RUNNING, LIVE_PAUSED, LIVE_LOST, LIVE_ENDED };

struct live_status {
    enum live_state state;
    char why[ERR_TEXT_MAX]; /* for LIVE_LOST, and LIVE_ENDED if it was not the end of the file */
    char source[256];       /* the source's label */
    int width, height;
    double capture_fps; /* over the last two seconds */
    double analysed_fps;
    uint64_t captured, analysed, dropped;
    int64_t retry;     /* LIVE_LOST: when it is tried again (clock_now() scale); 0 = just now */
    char record[256];  /* the record's path, also when it has ended; "" = none so far */
    bool recording;    /* it is being written */
    uint64_t recorded; /* its lines */
    char record_why[ERR_TEXT_MAX]; /* why it ended by itself, or why pictures of faces are not
                                      saved any more; "" = neither */
    bool replay;     /* a record is played: what follows counts, sizes and rates do not */
    bool more;       /* the next scene is due already: ask again */
    int64_t now;     /* the time to show, on the scale of the scenes' */
    double position; /* s of it */
    double length;
    double speed;
};

#endif
