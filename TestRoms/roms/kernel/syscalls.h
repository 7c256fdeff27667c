/* What kernel and programs agree on: system call numbers, the view of a process, the layout of an address space. */
#pragma once

/* v0 = number, a0..a2 = arguments, result in v0; -1 is failure. */
#define SYS_EXIT	1	/* (status) */
#define SYS_WRITE	2	/* (text, length) */
#define SYS_GETC	3	/* () -> character typed; sleeps */
#define SYS_FORK	4	/* () -> 0 in the child, its pid in the parent */
#define SYS_SPAWN	5	/* (file name, argument line) -> pid */
#define SYS_WAIT	6	/* (int *status) -> pid of a child that ended; sleeps */
#define SYS_YIELD	7	/* () */
#define SYS_GETPID	8	/* () */
#define SYS_SBRK	9	/* (bytes) -> the old end of the heap */
#define SYS_SLEEP	10	/* (ticks) */
#define SYS_TICKS	11	/* () -> ticks since boot */
#define SYS_INFO	12	/* (index, struct process_info *) -> 0 */
#define SYS_READ	13	/* (file name, offset, buffer of READ_SIZE) -> bytes read, 0 at the end */
#define SYS_FILE	14	/* (index, buffer of NAME_SIZE) -> size of the file */

#define READ_SIZE	256
#define NAME_SIZE	16
#define LINE_SIZE	64	/* an argument line, with its zero */

#define TICKS_PER_SECOND	100

#define KILLED		128	/* added to ExcCode: the status of a process that the kernel ended */

#define HEAP_TOP	0x20000000
#define STACK_TOP	0x7fff8000
#define STACK_SIZE	0x00100000	/* how far a stack may grow; pages come as they are touched */

#ifndef __ASSEMBLER__
struct process_info {
	int pid, parent, state;
	unsigned pages, switches, preemptions, asid;
	char name[NAME_SIZE];
};
#endif
