#!/bin/sh
# Builds every guest program, little-endian into a directory (default: bin, next to this file) and big-endian into be there. The output depends on
# nothing but the sources and the compilers: gcc-mipsel-linux-gnu and gcc-mips-linux-gnu of Debian 12 (gcc 12.2.0, binutils 2.40) made the committed files.
set -eu
cd "$(dirname "$0")"
bin=${1:-bin}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# link SCRIPT OUTPUT ARGUMENT...: compiles, links, and leaves symbols but no debug information.
link() {
	script=$1 elf=$2
	shift 2
	$tools-gcc $flags -T "$script" -o "$elf" "$@"
	$tools-strip --strip-debug "$elf"
}

# build OUT TOOLS ORDER: every program in a byte order.
build() {
	out=$1 tools=$2 work=$scratch/$2
	mkdir -p "$out/linux" "$work"
	flags="$3 -march=24kf1_1 -mabi=32 -mfp32 -mno-abicalls -fno-pic -G0 -O2 -ffreestanding -fno-builtin -fno-common -fno-stack-protector
		-fno-asynchronous-unwind-tables -fno-tree-loop-distribute-patterns -nostdlib -static -std=gnu11 -Wa,-mno-fix-loongson3-llsc -Wall -Wextra -Werror -Wno-unused-parameter
		-ffile-prefix-map=$PWD=. -ffile-prefix-map=$work=. -Wl,--build-id=none -Wl,--no-warn-rwx-segments -Wl,-z,max-page-size=4096"

	# What many programs have is compiled once.
	for source in lib/*.[cS]; do
		$tools-gcc $flags -Ilib -c -o "$work/$(basename "${source%.*}").o" "$source"
	done
	start=$work/crt0.o machine="$work/print.o $work/uart.o $work/power.o $work/memory.o" test="$work/test.o $work/trap.o"

	for rom in exceptions tlb pmap highmem flash trace timer selfmod cop0 hypercalls isolation poll spans calls conformance ethernet virtio vz shrinking hostile inhibit; do
		link lib/rom.ld "$out/$rom.elf" -Ilib $start $machine $test $rom/*.[cS]
	done

	# What is half words is compiled apart, so that everything else is not.
	$tools-gcc $flags -mips16 -Ilib -c -o "$work/half.o" mips16/half.c
	link lib/rom.ld "$out/mips16.elf" -minterlink-mips16 -Ilib $start $machine $test mips16/main.c mips16/whole.c mips16/code.S "$work/half.o"

	for rom in nowhere spin wait; do
		link lib/rom.ld "$out/panic-$rom.elf" -Ilib $start $machine panics/$rom.c
	done

	# What gcc knows of the C library is switched off above; a square root is an instruction all the same.
	$tools-gcc $flags -Ilib -fno-math-errno -c -o "$work/bench-main.o" bench/main.c
	for kernel in crc fib sieve matmul bytecode chase sha256 sort strings states fmatmul nbody fft mandelbrot; do
		link lib/rom.ld "$out/bench-$kernel.elf" -Ilib -fno-math-errno $start $machine $test "$work/bench-main.o" bench/$kernel.c
	done

	# The same in half words, but for what computes with floating point.
	for kernel in crc fib sieve matmul bytecode chase sha256 sort strings; do
		$tools-gcc $flags -mips16 -Ilib -c -o "$work/kernel.o" bench/$kernel.c
		link lib/rom.ld "$out/bench-mips16-$kernel.elf" -minterlink-mips16 -Ilib $start $machine $test "$work/bench-main.o" "$work/kernel.o"
	done

	# User programs first: the kernel image embeds them as files.
	user=kernel/user
	mkdir -p "$work/user-lib"
	for source in $user/lib/*.[cS]; do
		$tools-gcc $flags -Ilib -Ikernel -I$user/lib -c -o "$work/user-lib/$(basename "$source").o" "$source"
	done
	for program in $user/*.c; do
		name=$(basename "$program" .c)
		link $user/user.ld "$work/$name" -Ilib -Ikernel -I$user/lib "$work"/user-lib/*.o "$work/print.o" "$work/memory.o" "$program"
		$tools-strip --strip-all "$work/$name"
	done
	link lib/rom.ld "$out/kernel.elf" -Ilib -Ikernel -Wa,-I"$work" $machine kernel/*.[cS]

	# Programs for Linux: no guests of their own, so they lie apart.
	link vmm/vmm.ld "$out/linux/vmm.elf" -Wl,-z,max-page-size=16384 -Ilib -Isysbench vmm/*.[cS] sysbench/start.S "$work/print.o" "$work/memory.o"
	link kernel/user/user.ld "$out/linux/sysbench.elf" -Ilib sysbench/*.[cS] "$work/print.o" "$work/memory.o"
	link kernel/user/user.ld "$out/linux/seconds.elf" -Isysbench sysbench/start.S seconds/main.c
	# Position-independent, as what people run is.
	for source in bench/linux.S bench/linux.c bench/main.c lib/print.c lib/memory.c; do
		$tools-gcc $flags -mabicalls -fPIC -Ilib -c -o "$work/user-$(basename "${source%.*}")-${source##*.}.o" "$source"
	done
	for kernel in crc aes sha256 lz json tree records regex bytecode bignum objects states strings; do
		link bench/linux.ld "$out/linux/user-$kernel.elf" -mabicalls -fPIC -Ilib -fno-math-errno "$work/user-linux-S.o" "$work/user-linux-c.o" \
			"$work/user-main-c.o" bench/$kernel.c "$work/user-print-c.o" "$work/user-memory-c.o"
	done
	$tools-gcc $flags -mips16 -Ilib -Isysbench -Imips16 -c -o "$work/main.o" mips16/linux/main.c
	link kernel/user/user.ld "$out/linux/halves.elf" -minterlink-mips16 -Ilib sysbench/start.S "$work/print.o" "$work/memory.o" mips16/whole.c "$work/main.o" "$work/half.o"
	link kernel/user/user.ld "$out/linux/words.elf" -Ilib -Isysbench -Imips16 sysbench/start.S "$work/print.o" "$work/memory.o" mips16/whole.c mips16/linux/main.c mips16/half.c
}

build "$bin" mipsel-linux-gnu -EL &
little=$!
build "$bin/be" mips-linux-gnu -EB
wait "$little"
