/* What a hostile guest does, from a page of its own: copied there, so nothing of it may depend on where it is. */
#include "../vz/vz.h"
#include "skip.h"

	.set	noreorder
	.set	noat
	.text

#define HYPCALL	.word 0x42000028

/* At the guest's vectors: a system call is the end, and tells root how many others there were; what else faults is skipped. */
	.globl	hostile_vector, hostile_vector_end
hostile_vector:
	mfc0	$t9, C0_CAUSE
	andi	$t9, $t9, 0x7c
	xori	$t9, $t9, EXC_SYS << 2
	beqz	$t9, 1f
	addiu	$t8, $t8, 1
	mfc0	$t9, C0_EPC
	addiu	$t9, $t9, 4
	mtc0	$t9, C0_EPC
	ehb
	eret
1:	addiu	$v0, $t8, -1
	HYPCALL
	nop
hostile_vector_end:

/* Touches pages from a0 on, a1 & 0x1fffff of them, each so many behind the last as the other bits say. */
	.globl	hostile_sweep, hostile_sweep_end
hostile_sweep:
	ext	$a2, $a1, 0, 21
	srl	$a1, $a1, 21
	sll	$a1, $a1, 12
	lui	$t2, 0x5a5a
	move	$t8, $zero
1:	lw	$t0, 0xffc($a0)
	xor	$t0, $t0, $t2
	sw	$t0, 0xffc($a0)
	addiu	$a2, $a2, -1
	bnez	$a2, 1b
	addu	$a0, $a0, $a1
	syscall
hostile_sweep_end:

/* Says that it is guest a0, by all it has and has not; v1 is what it has seen of the TLB. */
	.globl	hostile_forgery, hostile_forgery_end
hostile_forgery:
	move	$t8, $zero
	sll	$t0, $a0, 16
	or	$t0, $t0, $a0
	li	$t1, -1
	mtc0	$t0, C0_GUESTCTL1
	mtc0	$t1, C0_GUESTCTL2
	mtc0	$t1, C0_GUESTCTL0EXT
	mtc0	$t1, C0_GTOFFSET
	mtc0	$t1, C0_GUESTCTL0
	ehb
	.word	0x40685600 | 4		/* mtgc0 t0, GuestCtl1 */
	.word	0x40696600 | 6		/* mtgc0 t1, GuestCtl0 */
	.word	0x40685400 | 4		/* mfgc0 t0, GuestCtl1 */
	.word	0x42000009		/* tlbgr */
	.word	0x4200000a		/* tlbgwi */
	.word	0x4200000b		/* tlbginv */
	.word	0x4200000c		/* tlbginvf */
	.word	0x4200000e		/* tlbgwr */
	.word	0x42000010		/* tlbgp */
	/* An entry for what another has at the same place, with the other's number where its ASID is. */
	move	$v1, $zero
	li	$t0, 31
1:	mtc0	$t0, C0_INDEX
	ehb
	tlbr
	ehb
	mfc0	$t1, C0_ENTRYLO0
	or	$v1, $v1, $t1
	mfc0	$t1, C0_ENTRYLO1
	or	$v1, $v1, $t1
	bnez	$t0, 1b
	addiu	$t0, $t0, -1
	lui	$t0, 0x40
	or	$t0, $t0, $a0
	mtc0	$t0, C0_ENTRYHI
	ehb
	tlbp
	ehb
	mfc0	$t0, C0_INDEX
	srl	$t0, $t0, 31
	xori	$t0, $t0, 1
	or	$v1, $v1, $t0
	lui	$t0, 0x40
	lw	$t1, 0($t0)
	sw	$t1, 0($t0)
	syscall
hostile_forgery_end:

/* Root's vector: what a guest names that is not its own is counted, and the access skipped. */
	.globl	skip_vector, skip_vector_end
skip_vector:
	skip_all_but EXC_GE, root_vector
skip_vector_end:
