/* The same in words. */
#define half_fib whole_fib
#define half_crc whole_crc
#define half_switch whole_switch
#define half_calls whole_calls
#define half_many whole_many
#define half_bytes whole_bytes
#include "half.c"

u32 twice(u32 n)
{
	return n + n;
}
