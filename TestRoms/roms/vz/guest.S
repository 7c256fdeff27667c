/* What the guest does: a piece each, which ends with a HYPCALL if nothing else stops it. */
#include "vz.h"

	.set	noreorder
	.set	noat
	.text

#define HYPCALL	.word 0x42000028

#define PIECE(name, ...)	.globl name; name: __VA_ARGS__; HYPCALL; nop

PIECE(g_nothing, nop)
PIECE(g_wait, wait)
PIECE(g_mfc0_prid, mfc0 $v0, $15)
PIECE(g_mfc0_config7, mfc0 $v0, $16, 7)
PIECE(g_mfc0_lladdr, mfc0 $v0, $17)
PIECE(g_mfc0_debug, mfc0 $v0, $23)
PIECE(g_mtc0_desave, mtc0 $a0, $31)
PIECE(g_mfc0_watchlo, mfc0 $v0, $18)
PIECE(g_mtc0_watchlo, mtc0 $a0, $18)
PIECE(g_mfc0_errctl, mfc0 $v0, $26)
PIECE(g_mtc0_errctl, mtc0 $a0, $26)
PIECE(g_mfc0_perfctl, mfc0 $v0, $25)
PIECE(g_mfc0_srsctl, mfc0 $v0, $12, 2)
PIECE(g_mtc0_count, mtc0 $a0, $9)
PIECE(g_mfc0_count, mfc0 $v0, $9)
PIECE(g_mfc0_compare, mfc0 $v0, $11)
PIECE(g_mtc0_compare, mtc0 $a0, $11)
PIECE(g_rdhwr_cc, rdhwr $v0, $2)
PIECE(g_mtc0_config, mtc0 $a0, $16)
PIECE(g_mfc0_config1, mfc0 $v0, $16, 1)
PIECE(g_mfc0_config3, mfc0 $v0, $16, 3)
PIECE(g_index_invalidate, cache 0x00, 0($a0))
PIECE(g_index_writeback, cache 0x01, 0($a0))
PIECE(g_index_store_tag, cache 0x08, 0($a0))
PIECE(g_hit_writeback, cache 0x15, 0($a0))
PIECE(g_mfc0_entryhi, mfc0 $v0, $10)
PIECE(g_mtc0_entryhi, mtc0 $a0, $10)
PIECE(g_tlbp, tlbp)
PIECE(g_tlbwr, tlbwr)
PIECE(g_eret, eret)
PIECE(g_di, di $v0)
PIECE(g_mtc0_status, mtc0 $a0, $12; ehb; mfc0 $v0, $12)
PIECE(g_mtc0_cause, mtc0 $a0, $13; ehb; mfc0 $v0, $13)
PIECE(g_mtc0_intctl, mtc0 $a0, $12, 1; ehb; mfc0 $v0, $12, 1)
PIECE(g_mfc0_cause, mfc0 $v0, $13)
PIECE(g_mfgc0, .word 0x40626000)	/* mfgc0 v0, $12 */
PIECE(g_mfhgc0, .word 0x40626400)	/* mfhgc0 v0, $12 */
PIECE(g_mthgc0, .word 0x40626600)	/* mthgc0 v0, $12 */
PIECE(g_tlbgwi, .word 0x4200000a)
PIECE(g_reserved, .word 0x7000003e)
PIECE(g_syscall, syscall)
PIECE(g_float, .set hardfloat; mtc1 $a0, $f0; mfc1 $v0, $f0; .set softfloat)
PIECE(g_load, lw $v0, 0($a0))
PIECE(g_store, sw $a1, 0($a0))
PIECE(g_misaligned, lw $v0, 1($a0))
PIECE(g_tlbinvf, .word 0x42000004)
PIECE(g_kscratch, mtc0 $a0, $31, 2; mfc0 $v0, $31, 2)
PIECE(g_wait_for_interrupt, move $v0, $zero; 1: addiu $v0, $v0, 1; bne $v0, $a0, 1b; nop)

/* In a delay slot: the exit is the branch's. */
	.globl	g_wait_in_slot
g_wait_in_slot:
	b	1f
	wait
1:	HYPCALL

	.globl	g_load_in_slot
g_load_in_slot:
	b	1f
	lw	$v0, 0($a0)
1:	HYPCALL

/* hypcall 3 */
	.globl	g_hypcall_3
g_hypcall_3:
	.word	0x42001828

/* Hot enough to be translated: sums a1 words from a0 on. */
	.globl	g_sum
g_sum:
	move	$v0, $zero
1:	lw	$v1, 0($a0)
	addiu	$a0, $a0, 4
	addiu	$a1, $a1, -1
	bnez	$a1, 1b
	addu	$v0, $v0, $v1
	HYPCALL
