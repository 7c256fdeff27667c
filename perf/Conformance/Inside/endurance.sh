# Rounds without end; each prints what it did, which is the same each time.
cd /tmp
n=0
while :; do
	{
		/endurance
		seq 1 4000 | gzip | gunzip | md5sum
		seq 1 3000 | awk '{ x += $1 / 3; y = y sprintf("%.6g", x % 7) } END { print x; print y }' | sha256sum
		for i in 1 2 3 4; do
			(seq $i 3 2500 | sort -r | md5sum) &
			wait
		done
		find /usr /etc | sort | md5sum
		dd if=/dev/zero bs=1k count=300 2> /dev/null | bzip2 -c | md5sum
		sh -c 'trap "echo term; exit" TERM; (sleep 0.1; kill $$) & while :; do sleep 0.02; done'
		echo $(((1 << 30) / 7 % 1009))
	} > output 2>&1
	n=$((n + 1))
	echo "round $n $(md5sum < output | cut -c1-32)"
done
