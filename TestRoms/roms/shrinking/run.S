/* Root's way into a guest, and back with all of the guest's registers. */
#include "shrinking.h"
#include "callee.h"

	.set	noreorder
	.set	noat
	.text

	.globl	root_vector, root_vector_end
root_vector:
	mtc0	$k0, C0_KSCRATCH1
	lui	$k0, %hi(exited)
	addiu	$k0, $k0, %lo(exited)
	jr	$k0
	mtc0	$k1, C0_KSCRATCH2
root_vector_end:

#define ALL(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) \
	X(24) X(25) X(28) X(29) X(30) X(31)

exited:
	lui	$k0, %hi(entered)
	lw	$k0, %lo(entered)($k0)
#define SAVE(n)	sw $n, 4 * n($k0);
	ALL(SAVE)
	mfc0	$k1, C0_KSCRATCH1
	sw	$k1, 4 * 26($k0)
	mfc0	$k1, C0_KSCRATCH2
	sw	$k1, 4 * 27($k0)
	mfc0	$k1, C0_EPC
	sw	$k1, 0($k0)		/* where $zero would be */
	mfc0	$k1, C0_GUESTCTL0
	ins	$k1, $zero, 31, 1	/* GM */
	mtc0	$k1, C0_GUESTCTL0
	mtc0	$zero, C0_STATUS
	ehb
	lui	$sp, %hi(saved)
	lw	$sp, %lo(saved)($sp)
	restore_callee
	jr	$ra
	addiu	$sp, $sp, 48

/* void enter(u32 *registers) */
	.globl	enter
enter:
	save_callee
	lui	$t0, %hi(saved)
	sw	$sp, %lo(saved)($t0)
	lui	$t0, %hi(entered)
	sw	$a0, %lo(entered)($t0)
	lw	$t0, 0($a0)
	mtc0	$t0, C0_EPC
	li	$t0, STATUS_IE | STATUS_IM7 | STATUS_EXL
	mtc0	$t0, C0_STATUS
	mfc0	$t0, C0_GUESTCTL0
	lui	$t1, 0x8000
	or	$t0, $t0, $t1
	mtc0	$t0, C0_GUESTCTL0
	ehb
	move	$k0, $a0
#define LOAD(n)	lw $n, 4 * n($k0);
	ALL(LOAD)
	lw	$k1, 4 * 27($k0)
	lw	$k0, 4 * 26($k0)
	eret

	.bss
entered:
	.space	4
saved:
	.space	4
