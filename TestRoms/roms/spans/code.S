/* User code that loads and stores off one base register again and again. */
#include "mips.h"

	.set	noreorder
	.set	noat
	.text

	.globl	off_one_base
off_one_base:				/* a3: base, v1: rounds */
	li	$9, 0
1:	lw	$8, 0($7)
	lhu	$10, 6($7)
	lbu	$11, 9($7)
	addu	$8, $8, $10
	addu	$8, $8, $11
	sw	$8, 12($7)
	sh	$3, 18($7)
	sb	$3, 21($7)
	lw	$12, 12($7)
	addiu	$3, $3, -1
	bnez	$3, 1b
	addu	$9, $9, $12
	move	$2, $9
	syscall

	.globl	from_page_to_page
from_page_to_page:			/* a3: base, v1: rounds, and above them what is xored to the base each round */
	srl	$12, $3, 16
	li	$9, 0
	move	$14, $7
	b	1f			# so that the loop is a block of its own, the first time too
	andi	$3, $3, 0xffff
1:	lw	$8, 0($14)
	lhu	$10, 14($14)
	addiu	$15, $14, 32
	ldc1	$f0, 0($15)
	addiu	$24, $14, 64
	lbu	$11, 0($24)
	addiu	$25, $14, 96
	sb	$3, 0($25)
	addiu	$13, $14, 128
	sw	$8, 0($13)
	sh	$10, 12($13)
	addu	$9, $9, $8
	addu	$9, $9, $10
	addu	$9, $9, $11
	addiu	$3, $3, -1
	bnez	$3, 1b
	xor	$14, $14, $12
	move	$2, $9
	syscall
