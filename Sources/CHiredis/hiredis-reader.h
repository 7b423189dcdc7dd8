// Only the reply reader of hiredis: the same declarations in 0.14 and in 1.x.
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
