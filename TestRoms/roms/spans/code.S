/* User code that loads and stores off one base register again and again. */
#include "mips.h"

	.set	noreorder
	.set	noat
	.text

	.globl	off_one_base, off_one_base_end
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
off_one_base_end:
