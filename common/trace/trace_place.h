/* trace_place.h - where a call stands in the source; each recorder takes it as its first parameter. */
#ifndef COMPANION_TRACE_PLACE_H
#define COMPANION_TRACE_PLACE_H

typedef struct trace_place {
    const char *file; /* as the compiler was told: it may begin with "../" */
    int line;
    int is_library; /* whether the library makes the call, for a program that prints, reads a line or gives up */
} trace_place;

#ifndef TRACE_HERE
#define TRACE_HERE ((trace_place){__FILE__, __LINE__, 0})
#endif

#endif
