# Sourced by entrypoint.sh. Folders of the host that the stack's config lends to servers. The host engine mounts each at
# $lent/NAME; the server SERVER gets it from $folders/SERVER/NAME, where the folder's owner is the server's user (lend.c).
lent=/srv/mcp/folders
folders=/run/dind-mcp-folders

# FOLDERS has NAME:SERVER:USER:INODE:UID:GID for each server that a folder is lent to, with blanks between.
lend_folders() {
	[ -n "${FOLDERS:-}" ] || return 0
	mkdir -p $folders && mount -t tmpfs -o nosuid,nodev,noexec,size=1m,mode=0700 tmpfs $folders ||
		refuse 20 "$folders cannot be mounted: $(mount_hint)"
	for entry in $FOLDERS; do
		IFS=:
		set -- $entry
		unset IFS
		# One folder that is not as it was must not keep the other servers from running. Its server says that it is missing.
		problem=$(lend_one "$@" 2>&1) || say "the folder $1 is not lent to $2: $problem" >&2
	done
	# From here on the folders are only to be had with their owners mapped.
	for folder in "$lent"/*; do umount -l "$folder" || refuse 20 "$folder cannot be unmounted: $(mount_hint)"; done
	# Read-only, so that dockerd makes no empty folder in the place of one that is missing.
	mount -o remount,bind,ro $folders || refuse 20 "$folders cannot be made read-only: $(mount_hint)"
}

# lend_one NAME SERVER USER INODE UID GID
lend_one() {
	mkdir -p $folders/"$2"/"$1" || return 1
	$lib/lend $lent/"$1" $folders/"$2"/"$1" "$4" "$5" "$6" "$3" && return
	rmdir $folders/"$2"/"$1"
	return 1
}
