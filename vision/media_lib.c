/* media_lib: see media_lib.h. */
#define MEDIA_LIB_LOADER
#include "vision/media_lib.h"

#include "base/library.h"
#include "base/mem.h"

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define FILE_OF(library, major) "lib" library ".so." TEXT(major)

static long nothing(void)
{
    return 0;
}

#define NOTHING(call) .call = (__typeof__(call) *)(void (*)(void))nothing,
struct media_lib media_lib = {MEDIA_LIB_FORMAT(NOTHING) MEDIA_LIB_SCALE(NOTHING)};

#define OF_FORMAT(call) {FILE_OF("avformat", LIBAVFORMAT_VERSION_MAJOR), #call, &media_lib.call},
#define OF_SCALE(call) {FILE_OF("swscale", LIBSWSCALE_VERSION_MAJOR), #call, &media_lib.call},

static const struct library_call calls[] = {MEDIA_LIB_FORMAT(OF_FORMAT) MEDIA_LIB_SCALE(OF_SCALE)};

static struct library library = LIBRARY_INIT(calls, MEM_COUNT(calls));

int media_lib_need(struct err *err)
{
    return library_need(&library, err);
}
