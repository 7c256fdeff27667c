/*
 * A virtual machine monitor for Linux's KVM on a processor with the virtualization module: memory, a processor, and a board of two words. Its guest
 * is in guest.S. Prints what the guest says, and what KVM has counted of its exits: for the test that compares it with the account of dbt.
 */
#include "linux.h"
#include "print.h"

#define SYS_open	4005
#define SYS_ioctl	4054

/* <linux/kvm.h>: what of it is needed. On MIPS, _IO is 0x20000000 and _IOW 0x80000000 with the size at bit 16. */
#define KVM_CREATE_VM			0x2000ae01
#define KVM_CHECK_EXTENSION		0x2000ae03
#define KVM_GET_VCPU_MMAP_SIZE		0x2000ae04
#define KVM_CREATE_VCPU			0x2000ae41
#define KVM_SET_USER_MEMORY_REGION	0x8020ae46
#define KVM_RUN				0x2000ae80
#define KVM_SET_REGS			0x8118ae82
#define KVM_CAP_MIPS_VZ			137
#define KVM_VM_MIPS_VZ			1
#define KVM_EXIT_MMIO			6

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

struct memory_region { u32 slot, flags; u64 guest_physical, size, user_address; };
struct registers { u64 gpr[32], hi, lo, pc; };
struct run { u8 head[8]; u32 exit_reason; u8 rest[20]; u64 physical; u8 data[8]; u32 length; u8 is_write; };

#define RAM_BYTES	(1 << 20)
#define ENTRY		0x1000

/* The board: a word that prints, and one that ends the guest. */
#define BOARD_PRINT	0x1f000000
#define BOARD_END	0x1f000004

extern const u8 guest_begin[], guest_end[];

void put_char(char c)
{
	call3(SYS_write, 1, &c, 1);
}

static long checked(const char *what, long result)
{
	if (result < 0) {
		print("FAIL %s: error %d\n", what, (int)-result);
		call1(SYS_exit, 1);
	}
	return result;
}

static void *map(u32 bytes, long file)
{
	const u32 read_write = 3, shared = 1, anonymous = 0x800;
	return (void *)call6(SYS_mmap2, 0, bytes, read_write, file < 0 ? shared | anonymous : shared, file, 0);
}

static void show_counters(void)
{
	static const struct { const char *name, *path; } counters[] = {
		{ "vz_gpsi", "/sys/kernel/debug/kvm/vz_gpsi_exits" }, { "vz_gsfc", "/sys/kernel/debug/kvm/vz_gsfc_exits" },
		{ "vz_hc", "/sys/kernel/debug/kvm/vz_hc_exits" }, { "vz_grr", "/sys/kernel/debug/kvm/vz_grr_exits" },
		{ "vz_ghfc", "/sys/kernel/debug/kvm/vz_ghfc_exits" },
	};
	for (u32 i = 0; i < sizeof counters / sizeof *counters; i++) {
		char text[16] = "";
		long file = checked(counters[i].path, call3(SYS_open, counters[i].path, 0, 0));
		checked("read", call3(SYS_read, file, text, sizeof text - 1));
		call1(SYS_close, file);
		print("%s %s", counters[i].name, text);
	}
}

int main(void)
{
	long kvm = checked("/dev/kvm", call3(SYS_open, "/dev/kvm", 2, 0));
	if (call3(SYS_ioctl, kvm, KVM_CHECK_EXTENSION, KVM_CAP_MIPS_VZ) <= 0)
		checked("KVM has no virtualization module", -1);
	long vm = checked("KVM_CREATE_VM", call3(SYS_ioctl, kvm, KVM_CREATE_VM, KVM_VM_MIPS_VZ));
	u8 *ram = map(RAM_BYTES, -1);
	struct memory_region region = { .size = RAM_BYTES, .user_address = (u32)ram };
	checked("KVM_SET_USER_MEMORY_REGION", call3(SYS_ioctl, vm, KVM_SET_USER_MEMORY_REGION, &region));
	for (const u8 *from = guest_begin; from < guest_end; from++)
		ram[ENTRY + (from - guest_begin)] = *from;
	long cpu = checked("KVM_CREATE_VCPU", call3(SYS_ioctl, vm, KVM_CREATE_VCPU, 0));
	volatile struct run *run = map(checked("KVM_GET_VCPU_MMAP_SIZE", call3(SYS_ioctl, kvm, KVM_GET_VCPU_MMAP_SIZE, 0)), cpu);
	struct registers registers = { .pc = (u64)(long long)(int)(0x80000000 + ENTRY) };
	checked("KVM_SET_REGS", call3(SYS_ioctl, cpu, KVM_SET_REGS, &registers));
	for (;;) {
		checked("KVM_RUN", call3(SYS_ioctl, cpu, KVM_RUN, 0));
		if (run->exit_reason != KVM_EXIT_MMIO)
			checked("exit", -(long)run->exit_reason);
		u32 value = *(volatile u32 *)run->data;
		if (run->is_write && run->physical == BOARD_PRINT)
			put_char((char)value);
		else if (run->is_write && run->physical == BOARD_END) {
			print("the guest ended with %d\n", (int)value);
			break;
		} else
			*(volatile u32 *)run->data = 0x1234;
	}
	show_counters();
	print("vmm ok\n");
	return 0;
}
