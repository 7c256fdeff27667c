/* Functions that are compiled twice: to MIPS16e in half.c, to words in whole.c. */
#pragma once
#include "mips.h"

u32 twice(u32 n);

u32 half_fib(u32 n);
u32 half_crc(const u8 *bytes, u32 length);
u32 half_switch(u32 n);
u32 half_calls(u32 (*function)(u32), u32 n);
u32 half_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h);
u32 half_bytes(signed char *bytes, short *halves, u32 n);

u32 whole_fib(u32 n);
u32 whole_crc(const u8 *bytes, u32 length);
u32 whole_switch(u32 n);
u32 whole_calls(u32 (*function)(u32), u32 n);
u32 whole_many(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f, u32 g, u32 h);
u32 whole_bytes(signed char *bytes, short *halves, u32 n);
