/* What the ROM's root does for its guest, and what its parts share. */
#pragma once
#include "vz.h"

#define COUNT_OF(array)	(sizeof (array) / sizeof *(array))
#define WORD(physical)	(*(volatile u32 *)KSEG0(physical))
#define LO(physical)	((physical) >> 6 | LO_CACHED | LO_V | LO_D)
#define FAR		0x04000000	/* the guest's physical address, which root has no entry for */
#define GUEST_STATUS	STATUS_CU1

typedef const char piece[];
extern piece g_load, g_store, g_tlbwr;

/* How the module is made: with GuestIDs; with one TLB for root and guests; with GVA exits where root's TLB has an entry. */
extern int has_ids, shares_tlb, has_gva;

/* main.c: what root does for its guest. */
void be_guest(u32 id);
void map_physical(u32 index, u32 mask, u32 gpa, u32 lo0, u32 lo1);
void map_virtual(u32 index, u32 mask, u32 entryhi, u32 lo0, u32 lo1);
void reset_guest(void);
u32 runs(const char *name, const struct vmexit *e);
u32 taken_by_guest(const char *name, const struct vmexit *e);

/* forms.c */
void find_form(void);
void find_address(void);
void shared_tlb(void);
void virtual_addresses(void);
void direct_access(void);
