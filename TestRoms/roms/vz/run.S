/* Root's way into its guest, and back. */
#include "vz.h"
#include "callee.h"

	.set	noreorder
	.text

	.globl	root_vector
root_vector:				/* four words, for any vector; k1 tells which one it was */
	lui	$k0, %hi(exited)
	addiu	$k0, $k0, %lo(exited)
	jalr	$k1, $k0
	nop

	.globl	guest_vector
guest_vector:
	mfc0	$v0, C0_CAUSE
	mfc0	$v1, C0_EPC
	.word	0x42000028		/* hypcall */
	eret

exited:
	sw	$k1, scratch
	la	$k1, guest_registers
	sw	$v0, 8($k1)
	sw	$v1, 12($k1)
	sw	$a0, 16($k1)
	sw	$a1, 20($k1)
	sw	$a2, 24($k1)
	sw	$a3, 28($k1)
	sw	$ra, 124($k1)
	la	$k0, exit_record
	lw	$k1, scratch
	addiu	$k1, $k1, -16
	andi	$k1, $k1, 0xfff
	sw	$k1, 0($k0)
	mfc0	$k1, C0_EPC
	sw	$k1, 4($k0)
	mfc0	$k1, C0_CAUSE
	sw	$k1, 8($k0)
	mfc0	$k1, C0_STATUS
	sw	$k1, 12($k0)
	mfc0	$k1, C0_BADVADDR
	sw	$k1, 16($k0)
	mfc0	$k1, C0_ENTRYHI
	sw	$k1, 20($k0)
	mfc0	$k1, C0_CONTEXT
	sw	$k1, 24($k0)
	mfc0	$k1, C0_BADINSTR
	sw	$k1, 28($k0)
	mfc0	$k1, C0_BADINSTRP
	sw	$k1, 32($k0)
	mfc0	$k1, C0_GUESTCTL0
	sw	$k1, 36($k0)
	sw	$v0, 40($k0)
	sw	$v1, 44($k0)
	ins	$k1, $zero, 31, 1	/* GM */
	ins	$k1, $zero, 8, 1	/* DRG */
	mtc0	$k1, C0_GUESTCTL0
	li	$k1, STATUS_CU1
	mtc0	$k1, C0_STATUS
	ehb
	lw	$sp, saved
	restore_callee
	la	$v0, exit_record
	jr	$ra
	addiu	$sp, $sp, 48

	.globl	reach, guest, guest_again
reach:
	b	1f
	li	$t2, CTL0_DRG
guest:
	lui	$t2, CTL0_GM >> 16
1:	sw	$t2, entered_by
	la	$t0, guest_registers
	li	$t1, 0x600d600d	/* UNTOUCHED */
	sw	$t1, 8($t0)
	sw	$a1, 16($t0)
	sw	$a2, 20($t0)
guest_again:
	save_callee
	sw	$sp, saved
	mtc0	$a0, C0_EPC
	lw	$t0, root_status
	ori	$t0, $t0, STATUS_EXL
	mtc0	$t0, C0_STATUS
	mfc0	$t0, C0_GUESTCTL0
	lw	$t1, entered_by
	or	$t0, $t0, $t1
	mtc0	$t0, C0_GUESTCTL0
	ehb
	la	$t0, guest_registers
	lw	$v0, 8($t0)
	lw	$v1, 12($t0)
	lw	$a0, 16($t0)
	lw	$a1, 20($t0)
	lw	$a2, 24($t0)
	lw	$a3, 28($t0)
	lw	$ra, 124($t0)
	eret

	.data
	.globl	root_status
root_status:
	.word	STATUS_CU1
	.bss
exit_record:
	.space	48
guest_registers:
	.space	128
saved:
	.space	4
entered_by:
	.space	4
scratch:
	.space	4
