#pragma once

#include <stdint.h>

/// How often this thread has asked for memory since it began; always 0 where the C library is not glibc.
uint64_t allocation_count(void);
