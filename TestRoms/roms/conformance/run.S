/* run_program and the handler of its exceptions; k0 and k1 are the handler's. */
#include "mips.h"
#include "callee.h"
#include "program.h"

	.set	noreorder
	.set	noat

	.text
	.globl	program_stub
program_stub:				/* four words, for any vector; k1 tells which one it was */
	lui	$k0, %hi(caught)
	addiu	$k0, $k0, %lo(caught)
	jalr	$k1, $k0
	nop

	.globl	run_program
run_program:
	save_callee
	lui	$k0, %hi(place)
	addiu	$k0, $k0, %lo(place)
	sw	$sp, 0($k0)
	sw	$a1, 4($k0)
	sw	$zero, 0($a1)
	addiu	$t0, $a1, 4			/* no exception leaves zeros behind */
	addiu	$t1, $a1, 4 * NOTED
1:	sw	$zero, 0($t0)
	addiu	$t0, $t0, 4
	bne	$t0, $t1, 1b
	nop
	mthi	$zero
	mtlo	$zero
	lw	$t0, 8($a0)
	mtc0	$t0, C0_EPC
	lw	$t1, 0($a0)
	sll	$t1, $t1, 2
	addu	$t1, $t1, $t0
	sw	$t1, 8($k0)			/* the BREAK at its end */
	lw	$t0, 4($a0)
	ori	$t0, $t0, STATUS_EXL
	mtc0	$t0, C0_STATUS
	ehb
	move	$k1, $a0
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31
	lw	$\n, OF_GPR + 4 * \n($k1)
	.endr
	move	$k1, $zero
	move	$k0, $zero
	eret

caught:
	lui	$k0, %hi(place)
	addiu	$k0, $k0, %lo(place)
	sw	$t0, 12($k0)
	sw	$t1, 16($k0)
	sw	$t2, 20($k0)
	lw	$t0, 4($k0)
	lw	$t1, 0($t0)			/* the number of exceptions so far */
	sll	$t2, $t1, 5
	sll	$k0, $t1, 2
	subu	$t2, $t2, $k0			/* by 28 bytes */
	addu	$t2, $t2, $t0
	addiu	$t1, $t1, 1
	sw	$t1, 0($t0)
	addiu	$k1, $k1, -16
	sw	$k1, 4($t2)
	mfc0	$k1, C0_EPC
	sw	$k1, 8($t2)
	mfc0	$k1, C0_CAUSE
	sw	$k1, 12($t2)
	mfc0	$k1, C0_BADVADDR
	sw	$k1, 16($t2)
	mfc0	$k1, C0_ENTRYHI
	sw	$k1, 20($t2)
	mfc0	$k1, C0_CONTEXT
	sw	$k1, 24($t2)
	mfc0	$k1, C0_STATUS
	sw	$k1, 28($t2)
	li	$k1, MOST
	beq	$t1, $k1, end
	lui	$k0, %hi(place)
	addiu	$k0, $k0, %lo(place)
	mfc0	$t0, C0_EPC
	lw	$k1, 8($k0)
	beq	$t0, $k1, end
	nop
	mfc0	$t1, C0_CAUSE
	andi	$t2, $t1, 0x7c
	beqz	$t2, interrupted
	nop
	bltz	$t1, 1f
	addiu	$t0, $t0, 4
	b	2f
	nop
1:	addiu	$t0, $t0, 4
2:	mtc0	$t0, C0_EPC
	b	3f
	nop
interrupted:
	li	$t2, ~(CAUSE_IP0 | CAUSE_IP1)
	and	$t1, $t1, $t2
	mtc0	$t1, C0_CAUSE
3:	ehb
	lw	$t0, 12($k0)
	lw	$t1, 16($k0)
	lw	$t2, 20($k0)
	move	$k0, $zero
	move	$k1, $zero
	eret

end:
	lui	$k0, %hi(place)
	addiu	$k0, $k0, %lo(place)
	lw	$t0, 12($k0)
	lw	$t1, 16($k0)
	lw	$t2, 20($k0)
	lw	$k1, 4($k0)
	addiu	$k1, $k1, 4 + 4 * MOST * EACH
	.irp	n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31
	sw	$\n, 4 * \n($k1)
	.endr
	mfhi	$t0
	sw	$t0, 4 * 32($k1)
	mflo	$t0
	sw	$t0, 4 * 33($k1)
	addiu	$k1, $k1, 4 * REGISTERS
	mfc0	$t0, C0_INDEX
	sw	$t0, 0($k1)
	mfc0	$t0, C0_ENTRYLO0
	sw	$t0, 4($k1)
	mfc0	$t0, C0_ENTRYLO1
	sw	$t0, 8($k1)
	mfc0	$t0, C0_CONTEXT
	sw	$t0, 12($k1)
	mfc0	$t0, C0_PAGEMASK
	sw	$t0, 16($k1)
	mfc0	$t0, C0_WIRED
	sw	$t0, 20($k1)
	mfc0	$t0, C0_HWRENA
	sw	$t0, 24($k1)
	mfc0	$t0, C0_ENTRYHI
	sw	$t0, 28($k1)
	mfc0	$t0, C0_STATUS
	sw	$t0, 32($k1)
	mfc0	$t0, C0_CAUSE
	sw	$t0, 36($k1)
	mfc0	$t0, C0_EPC
	sw	$t0, 40($k1)
	mfc0	$t0, C0_ERROREPC
	sw	$t0, 44($k1)
	li	$t0, STATUS_CU1
	mtc0	$t0, C0_STATUS
	ehb
	lw	$sp, 0($k0)
	restore_callee
	jr	$ra
	addiu	$sp, $sp, 48

	.bss
	.balign	4
place:					/* the stack, what is noted, the last BREAK, t0 to t2 */
	.space	24
