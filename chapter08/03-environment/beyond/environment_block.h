/*
 * environment_block.h - the order and the form of an environment block, for EnvBlock.c.
 */
#ifndef ENVIRONMENT_BLOCK_H
#define ENVIRONMENT_BLOCK_H

#include "companion.h"

/*
 * Compares the names of two strings "NAME=VALUE", or of a name alone, as the documentation of environment blocks
 * demands: in Unicode order, without regard to case or language. Less than 0, 0 or greater than 0.
 */
int compare_names(const TCHAR *left, const TCHAR *right);

/*
 * Puts a pair at its place among the `count` sorted ones, in an array that has room for it. It replaces one of the same
 * name. Gives the new count.
 */
int insert_pair(const TCHAR **sorted, int count, const TCHAR *pair);

/* The pairs as a block: each with its terminator, and one more terminator at the end. The caller frees it. */
TCHAR *join_pairs(const TCHAR *const *sorted, int count);

#endif
