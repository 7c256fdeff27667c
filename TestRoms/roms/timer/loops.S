/* What the timer interrupts. */
	.set	noreorder
	.text
	.globl	wait_interrupt
wait_interrupt:
	wait
	b	wait_interrupt
	nop

	.balign	8
	.globl	loop_of_branches
loop_of_branches:			/* branches at even words, slots at odd ones */
	b	1f
	addiu	$8, $8, 1
1:	bnel	$5, $zero, 2f
	addiu	$8, $8, 1
2:	beql	$5, $zero, loop_of_branches
	addiu	$8, $8, 1
	j	loop_of_branches
	addiu	$8, $8, 1
