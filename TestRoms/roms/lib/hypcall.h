/* HYPCALL: number in v0, arguments in a0 to a3, result in v0; see docs/hypercalls.md. */
#pragma once
#include "mips.h"

#define HYPCALL_WORD	0x42000028

#define HC_CLOCK_FREQUENCY	6
#define HC_EXIT			7
#define HC_CONSOLE_OUTPUT	8
#define HC_GIVE_PAGES		0x1000
#define HC_TAKE_PAGES_BACK	0x1001

#define HC_ENOSYS	(-1000)
#define HC_EFAULT	(-14)
#define HC_EINVAL	(-22)

static inline int hypercall(u32 number, u32 a0, u32 a1, u32 a2)
{
	register u32 v0 asm("v0") = number;
	register u32 r0 asm("a0") = a0;
	register u32 r1 asm("a1") = a1;
	register u32 r2 asm("a2") = a2;
	asm volatile(".word 0x42000028" : "+r"(v0) : "r"(r0), "r"(r1), "r"(r2) : "memory");
	return (int)v0;
}
