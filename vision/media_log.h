/*
 * media_log: what libav says goes to the program's log, not to the terminal, and its last complaint
 * may stand in an error's sentence. Any thread; each has a last one of its own.
 */
#ifndef VISION_MEDIA_LOG_H
#define VISION_MEDIA_LOG_H

/* Hears libav from now on and forgets what it said on this thread. Whoever opens something calls
 * it, behind media_lib_need. */
void media_log_hear(void);

/* The last error that libav told of on this thread; "" = none. */
const char *media_log_said(void);

#endif
