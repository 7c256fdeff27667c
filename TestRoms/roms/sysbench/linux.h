/* Linux without a C library: the o32 system calls that sysbench and seconds need (arch/mips/kernel/syscalls/syscall_o32.tbl). */
#pragma once
#include <stddef.h>

#define SYS_exit	4001
#define SYS_fork	4002
#define SYS_read	4003
#define SYS_write	4004
#define SYS_open	4005
#define SYS_close	4006
#define SYS_execve	4011
#define SYS_ioctl	4054
#define SYS_getppid	4064
#define SYS_munmap	4091
#define SYS_wait4	4114
#define SYS_mmap2	4210
#define SYS_pipe2	4328

/* Arguments beyond the fourth are passed on the stack; unused ones do no harm. The result of a failed call is -errno. */
long system_call(long a0, long a1, long a2, long a3, long a4, long a5, long number);

#define call0(number)	system_call(0, 0, 0, 0, 0, 0, number)
#define call1(number, a)	system_call((long)(a), 0, 0, 0, 0, 0, number)
#define call2(number, a, b)	system_call((long)(a), (long)(b), 0, 0, 0, 0, number)
#define call3(number, a, b, c)	system_call((long)(a), (long)(b), (long)(c), 0, 0, 0, number)
#define call4(number, a, b, c, d)	system_call((long)(a), (long)(b), (long)(c), (long)(d), 0, 0, number)
#define call6(number, a, b, c, d, e, f)	system_call((long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f), number)
