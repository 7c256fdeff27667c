/* <linux/kvm.h>: what of it is needed. On MIPS, _IO is 0x20000000 and _IOW 0x80000000, with the size at bit 16. */
#pragma once

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define KVM_CREATE_VM			0x2000ae01
#define KVM_CHECK_EXTENSION		0x2000ae03
#define KVM_GET_VCPU_MMAP_SIZE		0x2000ae04
#define KVM_CREATE_VCPU			0x2000ae41
#define KVM_SET_USER_MEMORY_REGION	0x8020ae46
#define KVM_RUN				0x2000ae80
#define KVM_SET_REGS			0x8118ae82
#define KVM_INTERRUPT			0x8004ae86
#define KVM_ENABLE_CAP			0x8068aea3
#define KVM_GET_ONE_REG			0x8010aeab
#define KVM_SET_ONE_REG			0x8010aeac

#define KVM_CAP_MIPS_FPU		111
#define KVM_CAP_MIPS_VZ			137
#define KVM_VM_MIPS_VZ			1
#define KVM_REG_MIPS_CONFIG1		0x7020000000010081ull
#define KVM_REG_MIPS_COUNT_HZ		0x7030000000020002ull

#define KVM_EXIT_MMIO			6
#define KVM_EXIT_IRQ_WINDOW_OPEN	7
#define KVM_EXIT_INTR			10

struct memory_region { u32 slot, flags; u64 guest_physical, size, user_address; };
struct registers { u64 gpr[32], hi, lo, pc; };
struct one_register { u64 id, address; };
struct interrupt { u32 cpu; int line; };
struct capability { u32 number, flags; u64 arguments[4]; u8 rest[64]; };
struct run {
	u8 interrupt_window, immediate_exit, head[6];
	u32 exit_reason;
	u8 rest[20];
	u64 physical;
	u8 data[8];
	u32 length;
	u8 is_write;
};
