cd /w
for f in *.i; do
	n=${f%.i}
	./cc1 $f -o $n.s
	echo "$n $? $(md5sum < $n.s | cut -c1-32)"
done
for f in *.s; do
	mipsel-linux-gnu-as -march=24kf1_1 -mabi=32 $f -o ${f%.s}.o || echo "$f not assembled"
done
for f in *.i; do
	n=${f%.i}
	mipsel-linux-gnu-ld -e _begin start.o $n.o -o $n 2> /dev/null && {
		./$n
		echo "ran $n $?"
	}
done
