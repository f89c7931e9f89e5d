# Builds the outer sandbox around the command that is given to it, and becomes that command.
#
# It runs as the first process of user, process, mount, network, host-name and inter-process
# namespaces of its own. Everything is put into one small folder in memory that becomes the root:
# the system, this Python and the repository read-only, and nothing else of the machine.
#
# Given in the environment: WALL_ROOT (an empty folder), WALL_SHOWN (folders to show, one a line),
# WALL_BASE (the prepared courses), WALL_SIZE, WALL_FILES, WALL_PROCESSES, WALL_DEVICE (the path of
# a notebook that is to be a device, or nothing).
set -eu

ip link set lo up
mount -t tmpfs -o "size=$WALL_SIZE,nr_inodes=$WALL_FILES,mode=755" tmpfs "$WALL_ROOT"
cd "$WALL_ROOT"
mkdir -p etc proc dev/shm tmp base course home/grader old

show() { # show FOLDER PLACE: read-only
	mkdir -p ".$2"
	mount --bind "$1" ".$2"
	mount -o remount,bind,ro ".$2"
}

for folder in /bin /sbin /lib /lib32 /lib64; do
	if [ -L "$folder" ]; then cp -P "$folder" .; elif [ -d "$folder" ]; then show "$folder" "$folder"; fi
done
echo "$WALL_SHOWN" | while read -r folder; do show "$folder" "$folder"; done
show "$WALL_BASE" /base
[ ! -d /etc/alternatives ] || show /etc/alternatives /etc/alternatives
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache etc/
echo "grader:x:1000:1000::/home/grader:/bin/sh" >etc/passwd
echo "127.0.0.1 localhost" >etc/hosts
# Names are asked for at a canary.
echo "nameserver 127.0.0.1" >etc/resolv.conf
for device in null zero full random urandom tty; do
	touch "dev/$device"
	mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
if [ -n "$WALL_DEVICE" ]; then
	mkdir -p "$(dirname ".$WALL_DEVICE")"
	touch ".$WALL_DEVICE"
	mount --bind /dev/zero ".$WALL_DEVICE"
fi

mount -t proc proc proc
# Root of the machine is exempt from the limit on processes; the namespace's own limit holds for all.
echo "$WALL_PROCESSES" >proc/sys/kernel/pid_max 2>/dev/null || true
echo 0 >proc/sys/net/ipv4/ip_unprivileged_port_start

pivot_root . old
umount -l old
rmdir old
cd /
# Once more a user namespace: in it nobody has rights over the mounts above.
exec unshare --user --map-user=1000 --map-group=1000 --mount "$@"
