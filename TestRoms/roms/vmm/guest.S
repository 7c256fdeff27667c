/* The guest of the virtual machine monitor: it lies at 0x80001000 of its own, wherever it was linked. */
	.set	noreorder
	.set	noat
	.section .rodata
	.globl	guest_begin, guest_end
	.balign	4
guest_begin:
	lui	$s0, 0xbf00		/* the board */
	bal	1f
	nop
1:	addiu	$s1, $ra, text - 1b
2:	lbu	$t0, 0($s1)
	beqz	$t0, 3f
	addiu	$s1, $s1, 1
	b	2b
	sw	$t0, 0($s0)
3:	li	$s2, 10			/* GPSI, ten times: whose processor it is */
4:	mfc0	$t0, $15
	addiu	$s2, $s2, -1
	bnez	$s2, 4b
	nop
	mfc0	$t0, $12		/* GSFC: BEV */
	lui	$t1, 0x40
	nor	$t1, $t1, $zero
	and	$t0, $t0, $t1
	mtc0	$t0, $12
	ehb
	li	$v0, 99			/* HC: one that is unknown */
	.word	0x42000028
	move	$s3, $v0
	lw	$t0, 8($s0)		/* the board has a word to read */
	addu	$s3, $s3, $t0
	li	$s2, 30000		/* code of its own, hot enough to be translated */
	lui	$t0, 0x8000
5:	lw	$t1, 0x2000($t0)
	addiu	$t1, $t1, 1
	sw	$t1, 0x2000($t0)
	addiu	$s2, $s2, -1
	bnez	$s2, 5b
	nop
	addu	$s3, $s3, $t1
	sw	$s3, 4($s0)
6:	b	6b
	nop
text:	.asciz	"a guest under KVM\n"
	.balign	4
guest_end:
