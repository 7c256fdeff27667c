# perl, sqlite3, openssl, xz and zstd: what they print is what they print on any machine.
mkdir -p /tmp/w
cd /tmp/w

echo '-- perl: sorting, hashes, regular expressions, floating point, packing'
cat > compute.pl <<'END'
my $x = 12345;
sub random { $x = ($x * 1103515245 + 12345) % 2147483648; $x }
my @all = map { random() } 1 .. 20000;
print join(",", (sort { $a <=> $b } @all)[0 .. 9]), "\n";
my %count;
$count{$_ % 997}++ for @all;
print scalar(keys %count), " ", $count{17}, "\n";
my $text = join("", map { chr(97 + $_ % 26) } @all);
my $found = () = $text =~ /([aeiou][^aeiou]{2,})/g;
print "$found ", length($text), "\n";
printf "%.17g %.17g %.17g\n", sqrt(2), exp(1), atan2(1, 1) * 4;
print unpack("%32C*", $text), " ", pack("N", 0xdeadbeef) eq "\xde\xad\xbe\xef", "\n";
END
perl compute.pl

echo '-- perl: processes, pipes, signals'
cat > processes.pl <<'END'
$| = 1;
for my $status (1 .. 20) {
    my $child = fork;
    exit $status if !$child;
    waitpid $child, 0;
    print $? >> 8, " ";
}
print "\n";
pipe R, W;
if (!fork) { close R; print W "x" x 100000; exit }
close W;
local $/;
print length(<R>), "\n";
$SIG{ALRM} = sub { print "alarm\n" };
alarm 1;
sleep 3;
print "done\n";
END
perl processes.pl

echo '-- sqlite'
sqlite3 data.db <<'END'
create table t(a integer primary key, b text, c real);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
insert into t select i, printf('%05d', i * 7919 % 20011), i / 7.0 from n;
create index ib on t(b);
select count(*), sum(a), round(sum(c), 6), min(b), max(b) from t;
select b, c from t order by b desc limit 5;
update t set c = c * 2 where a % 3 = 0;
delete from t where b < '05000';
select count(*), total(c) from t;
pragma integrity_check;
select sum(x.a * y.a) from t x join t y on x.b = y.b;
select sqrt(2), exp(1), 1e308 * 10, 0.1 + 0.2;
END

echo '-- openssl: digests, ciphers there and back, signatures'
perl -e 'my $x = 1; for (1 .. 200000) { $x = ($x * 1103515245 + 12345) % 2147483648; print chr($x >> 16 & 255) }' > data
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
for d in md5 sha1 sha256 sha512 sha3-256 sha3-512 blake2b512 ripemd160; do
	openssl dgst -$d data
done
# A key or an initial value that is too long for a cipher is cut, with a warning.
for c in aes-128-cbc aes-256-ctr camellia-256-cbc chacha20 des-ede3-cbc; do
	openssl enc -$c -K $key -iv 000102030405060708090a0b0c0d0e0f -in data -out data.$c 2> /dev/null
	md5sum data.$c
	openssl enc -d -$c -K $key -iv 000102030405060708090a0b0c0d0e0f -in data.$c 2> /dev/null | cmp - data && echo same
done
openssl genrsa -out rsa 1024 2> /dev/null
openssl ecparam -name prime256v1 -genkey -noout -out ec
for k in rsa ec; do
	openssl dgst -sha256 -sign $k -out signature data
	openssl pkey -in $k -pubout -out public
	openssl dgst -sha256 -verify public -signature signature data
done
openssl prime 170141183460469231731687303715884105727 170141183460469231731687303715884105729

# The shell's own xz only unpacks.
echo '-- xz, zstd, gzip, bzip2'
cat data /usr/bin/perl | head -c 1000000 > big
md5sum big
for o in -1 -6 '--x86 --lzma2=preset=3' '--delta=dist=4 --lzma2=preset=1'; do
	/usr/bin/xz $o -T1 -c big > big.xz
	md5sum big.xz
	/usr/bin/xz -dc big.xz | cmp - big && echo same
done
for o in -1 -3 -9 -15 --fast=5; do
	zstd -q $o -T1 -c big > big.zst
	md5sum big.zst
	zstd -dqc big.zst | cmp - big && echo same
done
gzip -c big > big.gz
gunzip -c big.gz | cmp - big && echo same
bzip2 -c big > big.bz2
md5sum big.bz2
bunzip2 -c big.bz2 | cmp - big && echo same
