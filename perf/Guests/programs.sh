# What people run: programs of Debian's packages, each for n rounds of about 10 ms of QEMU's. It is told which, and n.
exec </dev/null >/dev/console 2>&1
export LC_ALL=C
cd /tmp

# 256 KB of words and numbers, the same each time.
busybox awk 'BEGIN {
	x = 1
	for (i = 0; i < 32000; i++) {
		x = (x * 69069 + 5) % 4294967296
		w = int(x / 65536) % 5000
		printf "%c%c%d%s", 97 + w % 26, 97 + w % 17, w, i % 9 ? " " : "\n"
	}
}' > text

cat > count.awk <<'E2'
{ for (i = 1; i <= NF; i++) { n[$i]++; sum += length($i) * (i % 7) + sqrt(i) } }
END { for (w in n) if (n[w] > 11) found++; printf "%d %.6f\n", found, sum }
E2
cat > work.pl <<'E2'
my %count; my $x = 1;
open my $text, '<', 'text';
while (<$text>) { for (split) { $count{$_}++; $x = ($x * 31 + length) % 1000003 if /[aeiou]\d+[02468]$/ } }
print join(',', map { "$_=$count{$_}" } (sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count)[0 .. 9]), " $x\n";
E2
cat > work.py <<'E2'
class Node:
    def __init__(self, key): self.key, self.left, self.right = key, None, None
    def add(self, key):
        if key == self.key: return 0
        side = 'left' if key < self.key else 'right'
        child = getattr(self, side)
        if child is None: setattr(self, side, Node(key)); return 1
        return child.add(key)
root, total = Node('m'), 0
for word in open('text').read().split()[:6000]: total += root.add(word)
print(total, sum(i * i % 7 for i in range(40000)))
E2
cat > work.sql <<'E2'
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000)
insert into t select i, printf('%05d', i * 7919 % 20011), i / 7.0 from n;
create index ib on t(b);
select count(*), sum(a), round(sum(c), 6), min(b), max(b) from t;
select sum(x.a * y.a) from t x join t y on x.b = y.b where x.a % 3 = 0;
E2

case $1 in
gzip) each=20; run() { gzip -6 -c text; } ;;
bzip2) each=30; run() { bzip2 -c text; } ;;
sha256sum) each=5; run() { sha256sum text; } ;;
awk) each=20; run() { mawk -f count.awk text; } ;;
sort) each=20; run() { tr ' ' '\n' < text | sort; } ;;
perl) each=20; run() { perl work.pl; } ;;
python) each=200; run() { python3 work.py; } ;;
sqlite) each=20; run() { sqlite3 :memory: < work.sql; } ;;
fork) each=20; run() { j=0; while [ $j -lt 20 ]; do env true; j=$((j + 1)); done; echo $j; } ;;
esac

echo "program $1 begins"
i=0
while [ $i -lt $(($2 / each + 1)) ]; do run; i=$((i + 1)); done | md5sum | {
	read -r sum _
	echo "$1 checksum $sum"
}
echo "program $1 ends"
