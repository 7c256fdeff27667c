/* The beginning and the end of a program, and its way into the kernel. */
#include "syscalls.h"

	.set	noreorder
	.section .text.start, "ax"
	.globl	_start
_start:
	jal	main				/* a0: the argument line */
	nop
	jal	exit
	move	$a0, $v0

.macro CALL name, number
	.globl	\name
\name:	li	$v0, \number
	syscall
	jr	$ra
	nop
.endm
	CALL	exit, SYS_EXIT
	CALL	write, SYS_WRITE
	CALL	getc, SYS_GETC
	CALL	fork, SYS_FORK
	CALL	spawn, SYS_SPAWN
	CALL	wait, SYS_WAIT
	CALL	yield, SYS_YIELD
	CALL	getpid, SYS_GETPID
	CALL	sbrk, SYS_SBRK
	CALL	sleep, SYS_SLEEP
	CALL	ticks, SYS_TICKS
	CALL	info, SYS_INFO
	CALL	read, SYS_READ
	CALL	file, SYS_FILE
