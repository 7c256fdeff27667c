/* Two guests of one root, the same program each: Linux's TLB handlers, as far as they matter here, for pages of 16 KB. */
#include "shrinking.h"

	.set	noreorder
	.set	noat
	.text

/* Guest.EBase + 0: the pair as it is in the page table. PageMask is what it has been since the guest started: Linux writes it no more than that. */
	.globl	guest_refill, guest_refill_end
guest_refill:
	mfc0	$k0, C0_BADVADDR
	mfc0	$k1, C0_TABLE
	srl	$k0, $k0, 15
	sll	$k0, $k0, 3
	addu	$k1, $k1, $k0
	lw	$k0, 0($k1)
	lw	$k1, 4($k1)
	mtc0	$k0, C0_ENTRYLO0
	mtc0	$k1, C0_ENTRYLO1
	ehb
	tlbwr
	eret
guest_refill_end:

/* Guest.EBase + 0x180: a page is used for the first time in a while. Its entry is read back, as where the processor has RI and XI, but no exceptions for them. */
	.globl	guest_invalid, guest_invalid_end
guest_invalid:
	mfc0	$k0, C0_CAUSE
	andi	$k0, $k0, 0x7c
	xori	$k0, $k0, EXC_TLBL << 2
	bnez	$k0, 1f
	mfc0	$k0, C0_BADVADDR
	mfc0	$k1, C0_TABLE
	srl	$k0, $k0, 14
	sll	$k0, $k0, 2
	addu	$k1, $k1, $k0
	lw	$k0, 0($k1)
	ori	$k0, $k0, LO_V
	sw	$k0, 0($k1)
	tlbp				/* from the exception to here, and on to tlbwi, the entry must stay */
	ehb
	tlbr
	ehb
	ins	$k1, $zero, 0, 3
	lw	$k0, 0($k1)
	mtc0	$k0, C0_ENTRYLO0
	lw	$k0, 4($k1)
	mtc0	$k0, C0_ENTRYLO1
	ehb
	tlbwi
	eret
1:	HYPCALL
	b	1b
	nop
guest_invalid_end:

/* Sums a word of each page, a0 times over; between the rounds all pages are old. */
	.globl	guest_program
guest_program:
	move	$v0, $zero
1:	li	$t0, PAGES
	la	$t1, FIRST_PAGE + (PAGES - 1) * PAGE_BYTES + WORD_AT
2:	lw	$t2, 0($t1)
	addu	$v0, $v0, $t2
	addiu	$t0, $t0, -1
	bnez	$t0, 2b
	addiu	$t1, $t1, -PAGE_BYTES
	mfc0	$t1, C0_TABLE
	addiu	$t1, $t1, (FIRST_PAGE >> 14) << 2
	li	$t0, PAGES
3:	lw	$t2, 0($t1)
	ins	$t2, $zero, 1, 1	/* V */
	sw	$t2, 0($t1)
	addiu	$t0, $t0, -1
	bnez	$t0, 3b
	addiu	$t1, $t1, 4
	.word	0x42000004		/* tlbinvf: of its own */
	addiu	$a0, $a0, -1
	bnez	$a0, 1b
	nop
4:	HYPCALL
	b	4b
	nop
