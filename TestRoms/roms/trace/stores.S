/* Every kind of store there is: 12 stores a round, where SWL and SWR make one for each byte and an SC that fails makes none. */
#include "mips.h"

	.set	noreorder
	.set	noat
	.text

	.globl	every_store
every_store:				/* a0: address of a double word; a1: rounds; returns what the last SC said */
1:	sb	$5, 0($4)
	sh	$5, 2($4)
	sw	$5, 4($4)
	swl	$5, 1($4)		/* 2 bytes */
	swr	$5, 1($4)		/* 3 bytes */
	ll	$8, 0($4)
	move	$9, $5
	sc	$9, 0($4)
	move	$2, $5
	sc	$2, 0($4)		/* the link is gone */
	swc1	$f0, 0($4)
	sdc1	$f2, 0($4)
	addiu	$5, $5, -1
	bnez	$5, 1b
	sw	$5, 4($4)
	jr	$31
	nop
