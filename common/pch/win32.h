/*
 * win32.h - what the build compiles in advance for the two libraries, since windows.h takes most of the time to compile
 * each of their files. No source may rely on it: tests/test_build.py compiles each one without.
 */
#include <windows.h>
#include <winsock2.h>
