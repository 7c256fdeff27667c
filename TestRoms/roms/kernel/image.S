/* The files that travel in the kernel image: the programs, as build.sh linked them, and something to read. */
.macro FILE name, path
	.section .rodata
	.balign	4
1:	.incbin	"\path"
2:
3:	.asciz	"\name"
	.section .rodata.files, "a"
	.word	3b, 1b, 2b
.endm

.macro PROGRAM name
	FILE	\name, \name
.endm

	.section .rodata.files, "a"
	.globl	files
files:
	PROGRAM	sh
	PROGRAM	demo
	PROGRAM	primes
	PROGRAM	fib
	PROGRAM	matrix
	PROGRAM	pages
	PROGRAM	tree
	PROGRAM	spin
	PROGRAM	crash
	FILE	motd, kernel/motd.txt
	.section .rodata.files, "a"
	.word	0, 0, 0
