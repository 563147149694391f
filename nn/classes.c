/* classes: see classes.h. */
#include "nn/classes.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

const char *const classes_names[7] = {"angry", "disgust",  "fear",   "happy",
                                      "sad",   "surprise", "neutral"};

static const char *const others[7] = {
    "angry anger ang an mad annoyed rage",
    "disgust disgusted disgusting dis di disgusts",
    "fear fearful fea fe afraid scared fright frightened",
    "happy happiness joy joyful hap ha smile smiling glad",
    "sad sadness sa unhappy sorrow sorrowful",
    "surprise surprised sur su surprize astonished astonishment amazed",
    "neutral neutrality neu ne calm normal none no_emotion",
};

int classes_find(const char *name)
{
    char word[32];
    const char *p = name + strspn(name, "0123456789");
    if (p > name && *p != '\0')
        name = p + strspn(p, "_-. "); /* "3_happy", "03-happy" */
    if (!text_copy(word, sizeof word, name))
        return -1;
    for (char *c = word; *c != '\0'; c++)
        *c = (char)(isspace((unsigned char)*c) ? '_' : tolower((unsigned char)*c));
    for (int i = 0; i < 7; i++)
        if (text_in_list(others[i], word, NULL))
            return i;
    return -1;
}
