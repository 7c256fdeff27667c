/* Runs a piece of a test and catches the exception it ends with; see test.h. */
#include "mips.h"
#include "callee.h"

	.set	noreorder
	.set	noat

	.text
	.globl	vector_stub
vector_stub:				/* four words, for any vector; k1 tells which one it was */
	lui	$k0, %hi(caught)
	addiu	$k0, $k0, %lo(caught)
	jalr	$k1, $k0
	nop

caught:
	la	$k0, trap_record
	addiu	$k1, $k1, -16
	sw	$k1, 4($k0)
	mfc0	$k1, C0_EPC
	sw	$k1, 8($k0)
	mfc0	$k1, C0_ERROREPC
	sw	$k1, 12($k0)
	mfc0	$k1, C0_CAUSE
	sw	$k1, 16($k0)
	mfc0	$k1, C0_STATUS
	sw	$k1, 20($k0)
	mfc0	$k1, C0_BADVADDR
	sw	$k1, 24($k0)
	mfc0	$k1, C0_ENTRYHI
	sw	$k1, 28($k0)
	mfc0	$k1, C0_CONTEXT
	sw	$k1, 32($k0)
	sw	$v0, 36($k0)
	sw	$ra, 40($k0)
	lw	$k1, 0($k0)
	addiu	$k1, $k1, 1
	sw	$k1, 0($k0)
	li	$k1, STATUS_CU1 | STATUS_EXL	/* ERL off: the ERET below must take EPC */
	mtc0	$k1, C0_STATUS
	lw	$k1, resume
	mtc0	$k1, C0_EPC
	ehb
	eret

	.set	at
	.globl	run
run:
	save_callee
	la	$t0, trap_record
	sw	$zero, 0($t0)
	sw	$sp, saved_sp
	la	$t0, done
	sw	$t0, resume
	mtc0	$a0, C0_EPC
	ori	$a2, $a2, STATUS_EXL
	mtc0	$a2, C0_STATUS
	move	$v1, $a3
	move	$a3, $a1
	li	$a0, 0
	li	$a1, 1
	li	$a2, -1
	li	$v0, 0x600d600d
	la	$ra, returned
	ehb
	eret
returned:
	sw	$v0, trap_record + 36
done:
	li	$k0, STATUS_CU1
	mtc0	$k0, C0_STATUS
	ehb
	la	$k0, abandon
	sw	$k0, resume
	lw	$sp, saved_sp
	restore_callee
	la	$v0, trap_record
	jr	$ra
	addiu	$sp, $sp, 48

abandon:				/* an exception nobody asked for */
	la	$a0, trap_record
	j	unexpected
	nop

	.globl	peek
peek:	jr	$ra
	lw	$v0, 0($a3)

	.globl	poke
poke:	jr	$ra
	sw	$v1, 0($a3)

	.data
resume:
	.word	abandon

	.bss
trap_record:
	.space	44
saved_sp:
	.space	4
